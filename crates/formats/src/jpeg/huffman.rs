//! Huffman codes of a JPEG, read bit by bit.

/// Bits that are looked up at once.
const LOOKUP: u32 = 10;

/// A table of codes.
///
/// Source: ITU-T T.81 (1992), annex C and F.2.2.3.
pub(super) struct Table {
    /// For the next bits: the symbol and the length of its code; 0 if the code is longer or there is none.
    lookup: Vec<(u8, u8)>,
    /// For each length the first code that is too large for it, aligned to 16 bits.
    ends: [u32; 17],
    /// For each length what is added to a code to find its symbol.
    offsets: [i32; 17],
    symbols: Vec<u8>,
}

impl Table {
    /// `counts`: how many codes have 1, 2, … 16 bits.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Self {
        let mut table =
            Self { lookup: vec![(0, 0); 1 << LOOKUP], ends: [0; 17], offsets: [0; 17], symbols: symbols.to_vec() };
        let (mut code, mut first) = (0u32, 0);
        for (count, length) in counts.iter().zip(1u32..) {
            let count = u32::from(*count);
            table.offsets[length as usize] = first as i32 - code as i32;
            for (code, symbol) in (code..code + count).zip(&symbols[first..]) {
                if length <= LOOKUP {
                    let from = (code << (LOOKUP - length)) as usize;
                    let places = table.lookup.iter_mut().skip(from).take(1 << (LOOKUP - length));
                    places.for_each(|place| *place = (*symbol, length as u8));
                }
            }
            first += count as usize;
            code += count;
            table.ends[length as usize] = code << (16 - length);
            code <<= 1;
        }
        table
    }

    /// The symbol whose code begins these 16 bits, and the length of the code.
    fn symbol(&self, bits: u32) -> Option<(u8, u32)> {
        let (symbol, length) = self.lookup[(bits >> (16 - LOOKUP)) as usize];
        if length > 0 {
            return Some((symbol, length.into()));
        }
        let length = (1..=16).find(|length| bits < self.ends[*length as usize])?;
        let place = (bits >> (16 - length)) as i32 + self.offsets[length as usize];
        Some((*self.symbols.get(usize::try_from(place).ok()?)?, length))
    }
}

/// Why the bits of a scan cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// They end too early.
    Ended,
    /// They are no code.
    NoCode,
}

/// The bits of a scan.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    /// The next bits, in the upper end.
    waiting: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0, waiting: 0, count: 0 }
    }

    /// Fills up with bytes until a marker.
    fn fill(&mut self) {
        while self.count <= 32 {
            if let Some(four) = self.data.get(self.at..).and_then(|rest| rest.first_chunk::<4>())
                && !four.contains(&0xFF)
            {
                self.waiting |= u64::from(u32::from_be_bytes(*four)) << (32 - self.count);
                self.count += 32;
                self.at += 4;
                continue;
            }
            let Some(&byte) = self.data.get(self.at) else { return };
            if byte == 0xFF {
                // A stuffed zero follows a byte of data.
                if self.data.get(self.at + 1).is_some_and(|next| *next != 0) {
                    return;
                }
                self.at += 1;
            }
            self.waiting |= u64::from(byte) << (56 - self.count);
            self.count += 8;
            self.at += 1;
        }
    }

    /// The next bits as a number.
    #[inline]
    pub(super) fn take(&mut self, count: u32) -> Result<u32, Fault> {
        if count == 0 {
            return Ok(0);
        }
        if self.count < count {
            self.fill();
        }
        let number = (self.waiting >> (64 - count)) as u32;
        self.drop(count).map(|()| number)
    }

    /// The next symbol.
    #[inline]
    pub(super) fn symbol(&mut self, table: &Table) -> Result<u8, Fault> {
        if self.count < 16 {
            self.fill();
        }
        match table.symbol((self.waiting >> 48) as u32) {
            Some((symbol, length)) => self.drop(length).map(|()| symbol),
            // Zeros after the end may be no code.
            None => Err(if self.count < 16 { Fault::Ended } else { Fault::NoCode }),
        }
    }

    #[inline]
    fn drop(&mut self, count: u32) -> Result<(), Fault> {
        self.count = self.count.checked_sub(count).ok_or(Fault::Ended)?;
        self.waiting <<= count;
        Ok(())
    }

    /// Goes on after the next restart marker.
    pub(super) fn restart(&mut self) -> Result<(), Fault> {
        let rest = self.data.get(self.at..).unwrap_or_default();
        let marker = rest.windows(2).position(|pair| pair[0] == 0xFF && matches!(pair[1], 0xD0..=0xD7));
        self.at += marker.ok_or(Fault::Ended)? + 2;
        (self.waiting, self.count) = (0, 0);
        Ok(())
    }
}
