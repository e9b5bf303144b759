//! Whether the data of a JPEG fill its picture. Decoders fill what is missing with grey and say nothing.
//!
//! Source: ITU-T T.81 (1992), clauses A.2, F.2.2 and G.2.

use super::huffman::{Bits, Fault, Table};
use super::structure::{Component, Frame, Scan, Structure};

/// The marker of a progressive frame.
pub(super) const PROGRESSIVE: u8 = 0xC2;

/// Coefficients of a block.
const BLOCK: usize = 64;

impl Frame {
    pub(super) fn is_progressive(&self) -> bool {
        self.marker == PROGRESSIVE
    }

    /// The largest sampling factors.
    fn most(&self) -> [usize; 2] {
        let most = |of: fn(&Component) -> usize| self.components.iter().map(of).max().unwrap_or(1);
        [most(|c| c.across), most(|c| c.down)]
    }

    /// MCUs across and down, if each holds blocks of several components.
    fn units(&self) -> [usize; 2] {
        let [across, down] = self.most();
        [self.width.div_ceil(8 * across), self.height.div_ceil(8 * down)]
    }

    /// Blocks of a component across and down that hold pixels.
    fn blocks(&self, component: &Component) -> [usize; 2] {
        let [across, down] = self.most();
        let count = |side: usize, own: usize, most: usize| (side * own).div_ceil(most).div_ceil(8);
        [count(self.width, component.across, across), count(self.height, component.down, down)]
    }

    /// Fewest bytes of data: a code has a bit at least, and a block has one for DC and, unless the picture is
    /// progressive, one for AC.
    pub(super) fn fewest_bytes(&self) -> usize {
        let blocks: usize =
            self.components.iter().map(|component| self.blocks(component).iter().product::<usize>()).sum();
        (blocks * if self.is_progressive() { 1 } else { 2 }).div_ceil(8)
    }
}

/// Why the data do not fill the picture.
pub(super) fn fault(structure: &Structure) -> Option<&'static str> {
    let frame = structure.frame.as_ref()?;
    // The bit down to which each coefficient is known.
    let mut known = vec![[u8::MAX; BLOCK]; frame.components.len()];
    let mut history: Vec<Vec<u64>> = frame
        .components
        .iter()
        .map(|component| match frame.is_progressive() {
            true => vec![0; frame.blocks(component).iter().product()],
            false => Vec::new(),
        })
        .collect();
    for scan in &structure.scans {
        match scan_fault(frame, scan, &mut history) {
            Ok(()) => {}
            Err(Fault::Ended) => return Some("its data end before the last row"),
            Err(Fault::NoCode) => return Some("its data make no sense"),
        }
        for (index, ..) in &scan.components {
            let [first, last] = if frame.is_progressive() { scan.band } else { [0, BLOCK - 1] };
            let low = if frame.is_progressive() { scan.low } else { 0 };
            known[*index].iter_mut().take(last + 1).skip(first).for_each(|bit| *bit = low);
        }
    }
    known.as_flattened().iter().any(|bit| *bit > 0).then_some("its last scans are missing")
}

/// Reads all codes of a scan.
fn scan_fault(frame: &Frame, scan: &Scan, history: &mut [Vec<u64>]) -> Result<(), Fault> {
    let mut reader = Reader { bits: Bits::new(scan.data), scan, run: 0 };
    // A scan of one component has its blocks row by row, others have MCUs.
    let alone = if let [(index, ..)] = scan.components[..] { Some(index) } else { None };
    let [across, down] = alone.map_or(frame.units(), |index| frame.blocks(&frame.components[index]));
    let mut left = scan.restart;
    let mut unit = 0;
    while unit < across * down {
        if scan.restart > 0 && left == 0 {
            reader.bits.restart()?;
            (left, reader.run) = (scan.restart, 0);
        }
        let mut done = 1;
        for (index, [dc, ac]) in &scan.components {
            let component = &frame.components[*index];
            let count = if alone.is_some() { 1 } else { component.across * component.down };
            for _ in 0..count {
                let tables = [dc.as_deref(), ac.as_deref()];
                if !frame.is_progressive() {
                    reader.sequential(tables)?;
                } else if scan.band[0] == 0 {
                    reader.progressive_dc(tables)?;
                } else if let Some(known) = history[*index].get_mut(unit) {
                    // A run of blocks without coefficients needs no look at each.
                    if scan.high == 0 && reader.run > 0 {
                        done =
                            reader.run.min(across * down - unit).min(if scan.restart > 0 { left } else { usize::MAX });
                        reader.run -= done;
                    } else if scan.high == 0 {
                        reader.progressive_ac(tables, known)?;
                    } else {
                        reader.refined_ac(tables, known)?;
                    }
                }
            }
        }
        unit += done;
        left = left.saturating_sub(done);
    }
    Ok(())
}

struct Reader<'a> {
    bits: Bits<'a>,
    scan: &'a Scan<'a>,
    /// Blocks to come that have no new coefficients.
    run: usize,
}

/// Without a table nothing can be read.
fn there(table: Option<&Table>) -> Result<&Table, Fault> {
    table.ok_or(Fault::NoCode)
}

impl Reader<'_> {
    /// A whole block.
    fn sequential(&mut self, [dc, ac]: [Option<&Table>; 2]) -> Result<(), Fault> {
        let (dc, ac) = (there(dc)?, there(ac)?);
        let size = self.bits.symbol(dc)?;
        self.bits.take(size.min(16).into())?;
        let mut k = 1;
        while k < BLOCK {
            let symbol = self.bits.symbol(ac)?;
            let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            match (run, size) {
                (15, 0) => k += 16,
                (_, 0) => break,
                _ => {
                    self.bits.take(size)?;
                    k += run + 1;
                }
            }
        }
        Ok(())
    }

    fn progressive_dc(&mut self, [dc, _]: [Option<&Table>; 2]) -> Result<(), Fault> {
        if self.scan.high > 0 {
            return self.bits.take(1).map(|_| ());
        }
        let size = self.bits.symbol(there(dc)?)?;
        self.bits.take(size.min(16).into()).map(|_| ())
    }

    /// The first bits of a band of coefficients; `known` gets a bit for each that is not 0.
    fn progressive_ac(&mut self, [_, ac]: [Option<&Table>; 2], known: &mut u64) -> Result<(), Fault> {
        let (ac, [mut k, last]) = (there(ac)?, self.scan.band);
        while k <= last {
            let symbol = self.bits.symbol(ac)?;
            let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            match (run, size) {
                (15, 0) => k += 16,
                (_, 0) => {
                    self.run = (1 << run) - 1 + self.bits.take(run as u32)? as usize;
                    break;
                }
                _ => {
                    self.bits.take(size)?;
                    k += run;
                    *known |= 1u64.checked_shl(k as u32).unwrap_or(0);
                    k += 1;
                }
            }
        }
        Ok(())
    }

    /// A further bit of a band: a bit for each coefficient that is not 0, and codes for those that become so.
    fn refined_ac(&mut self, [_, ac]: [Option<&Table>; 2], known: &mut u64) -> Result<(), Fault> {
        let (ac, [mut k, last]) = (there(ac)?, self.scan.band);
        let before = *known;
        let is_known = |k: usize| before >> k & 1 == 1;
        while self.run == 0 && k <= last {
            let symbol = self.bits.symbol(ac)?;
            let (mut zeros, size) = (usize::from(symbol >> 4), symbol & 15);
            if size == 0 && zeros < 15 {
                self.run = (1 << zeros) + self.bits.take(zeros as u32)? as usize;
                break;
            }
            if size > 0 {
                self.bits.take(1)?;
            }
            while k <= last {
                if is_known(k) {
                    self.bits.take(1)?;
                } else if zeros == 0 {
                    break;
                } else {
                    zeros -= 1;
                }
                k += 1;
            }
            if size > 0 && k <= last {
                *known |= 1 << k;
            }
            k += 1;
        }
        if self.run > 0 {
            let mask = if k > last { 0 } else { (before >> k << k) & (u64::MAX >> (63 - last)) };
            for _ in 0..mask.count_ones() {
                self.bits.take(1)?;
            }
            self.run -= 1;
        }
        Ok(())
    }
}
