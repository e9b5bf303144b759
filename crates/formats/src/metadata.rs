use std::ops::Range;

/// What a file says about its picture besides the pixels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// ICC colour profile.
    pub icc: Option<Vec<u8>>,
    /// EXIF block. If its orientation was applied to the pixels, it is reset.
    pub exif: Option<Vec<u8>>,
    /// Chunks of a PNG that describe colours and the size of pixels: gAMA, cHRM, sRGB, cICP, mDCV, cLLI, pHYs.
    pub png: Vec<PngChunk>,
    /// Notes on what the file held besides, and was left out when it was read.
    pub notes: Vec<String>,
}

/// A chunk of a PNG file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PngChunk {
    /// Its name.
    pub kind: [u8; 4],
    /// Its content.
    pub content: Vec<u8>,
}

impl PngChunk {
    /// The checksum of its name and content.
    pub(crate) fn checksum(&self) -> [u8; 4] {
        let mut checksum = crc32fast::Hasher::new();
        checksum.update(&self.kind);
        checksum.update(&self.content);
        checksum.finalize().to_be_bytes()
    }

    /// Whether it describes other colours than those of sRGB, the default.
    fn differs_from_srgb(&self) -> bool {
        // In units of 1/100000; writers round the last digit differently.
        let near = |expected: &[u32]| {
            let found = self.content.as_chunks().0.iter().map(|bytes| u32::from_be_bytes(*bytes));
            found.zip(expected).all(|(found, expected)| found.abs_diff(*expected) <= 1)
        };
        match &self.kind {
            b"gAMA" => !near(&[45_455]),
            b"cHRM" => !near(&[31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000]),
            // Its primaries and its curve.
            b"cICP" => !self.content.starts_with(&[1, 13]),
            _ => false,
        }
    }
}

impl Metadata {
    /// The names of the chunks that describe other colours than sRGB. Only the first of these counts: code points, a
    /// profile, sRGB, gamma and primaries.
    ///
    /// Source: PNG third edition (2025), clause 4.3.
    pub(crate) fn colours_besides(&self) -> Vec<String> {
        let there = |kind: &[u8; 4]| self.png.iter().any(|chunk| chunk.kind == *kind);
        let counts: &[&[u8; 4]] = match () {
            () if there(b"cICP") => &[b"cICP"],
            () if self.icc.is_some() || there(b"sRGB") => &[],
            () => &[b"gAMA", b"cHRM"],
        };
        let says = self.png.iter().filter(|chunk| counts.contains(&&chunk.kind) && chunk.differs_from_srgb());
        says.map(|chunk| String::from_utf8_lossy(&chunk.kind).into_owned()).collect()
    }

    /// Swaps the width and height of pixels, for a picture turned by a quarter.
    pub(crate) fn turn(&mut self) {
        for chunk in self.png.iter_mut().filter(|chunk| chunk.kind == *b"pHYs") {
            let (x, y) = chunk.content.split_at_mut(4);
            x.swap_with_slice(&mut y[..4]);
        }
    }

    /// Adapts it to a processed picture of this shape: drops a profile for other channels, updates the size in EXIF
    /// and erases its thumbnail. Returns a note if the profile was dropped.
    ///
    /// # Shape
    /// `(height, width, channels)` of the picture.
    ///
    /// Source: ICC.1:2022, clause 7.2.8; CIPA DC-008 (EXIF 2.32), clauses 4.5 and 4.6.
    pub fn bring_up_to_date(&mut self, (height, width, channels): (usize, usize, usize)) -> Option<String> {
        if let Some(exif) = &mut self.exif {
            // A damaged block stays as it is.
            let _ = Block::new(exif).bring_up_to_date(height as u32, width as u32);
        }
        let is_grey = channels < 3;
        let fits = match self.icc.as_deref()?.get(16..20) {
            Some(b"GRAY") => is_grey,
            Some(b"CMYK") => false,
            _ => !is_grey,
        };
        let pixels = if is_grey { "greys" } else { "colours" };
        self.icc
            .take_if(|_| !fits)
            .map(|_| format!("{pixels} cannot use the colour profile, which is for others: left out"))
    }
}

/// Entries for the picture's width and height: of the stored pixels and of the valid ones.
const WIDTHS: [u32; 2] = [0x100, 0xA002];
const HEIGHTS: [u32; 2] = [0x101, 0xA003];

/// Entries for the offset and the length of a thumbnail.
const THUMBNAIL: [u32; 2] = [0x201, 0x202];

/// The entry that points to the directory of exposure.
const EXPOSURE: u32 = 0x8769;

/// An EXIF block or a TIFF file that is changed in place, because makers' notes hold offsets into it.
struct Block<'a> {
    bytes: &'a mut [u8],
    is_big: bool,
}

impl<'a> Block<'a> {
    fn new(bytes: &'a mut [u8]) -> Self {
        let is_big = bytes.starts_with(b"MM");
        Self { bytes, is_big }
    }

    /// The offset of an entry of a directory.
    fn entry(&self, directory: usize, tag: u32) -> Option<usize> {
        self.entries(directory)?.step_by(12).find(|entry| self.number(*entry, 2) == Some(tag))
    }

    /// The offsets of the entries of a directory.
    fn entries(&self, directory: usize) -> Option<Range<usize>> {
        let first = directory.checked_add(2)?;
        Some(first..first.checked_add(12 * self.number(directory, 2)? as usize)?)
    }

    fn bring_up_to_date(&mut self, height: u32, width: u32) -> Option<()> {
        let main = self.number(4, 4)? as usize;
        let (exposure, end) = self.directory(main, [height, width])?;
        if let Some(exposure) = exposure {
            let _ = self.directory(exposure, [height, width]);
        }
        // The next directory holds the offset of the thumbnail.
        let next = self.number(end, 4)? as usize;
        let [at, length] = THUMBNAIL.map(|tag| self.entry(next, tag).and_then(|entry| self.number(entry + 8, 4)));
        self.bytes.get_mut(end..end + 4)?.fill(0);
        let (at, length) = (at? as usize, length? as usize);
        self.bytes.get_mut(at..at.checked_add(length)?)?.fill(0);
        Some(())
    }

    /// Sets the sizes in a directory. Returns the offset of the directory of exposure, and the end of this one.
    fn directory(&mut self, at: usize, [height, width]: [u32; 2]) -> Option<(Option<usize>, usize)> {
        let mut exposure = None;
        let entries = self.entries(at)?;
        for entry in entries.clone().step_by(12) {
            match self.number(entry, 2)? {
                EXPOSURE => exposure = Some(self.number(entry + 8, 4)? as usize),
                tag if WIDTHS.contains(&tag) => self.put(entry, width)?,
                tag if HEIGHTS.contains(&tag) => self.put(entry, height)?,
                _ => {}
            }
        }
        Some((exposure, entries.end))
    }

    fn number(&self, at: usize, length: usize) -> Option<u32> {
        let add = |number: u32, byte: &u8| number << 8 | u32::from(*byte);
        let bytes = self.bytes.get(at..at.checked_add(length)?)?.iter();
        Some(if self.is_big { bytes.fold(0, add) } else { bytes.rev().fold(0, add) })
    }

    /// Replaces the value of an entry, a whole number of any type, by one of 32 bits.
    fn put(&mut self, entry: usize, number: u32) -> Option<()> {
        let [kind, value] = [4u16.to_le_bytes().to_vec(), number.to_le_bytes().to_vec()].map(|mut bytes| {
            if self.is_big {
                bytes.reverse();
            }
            bytes
        });
        self.bytes.get_mut(entry + 2..entry + 4)?.copy_from_slice(&kind);
        self.bytes.get_mut(entry + 8..entry + 12)?.copy_from_slice(&value);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::Metadata;

    /// Big-endian: a directory of exposure with a width of 16 bits and a height of 32, and a thumbnail's directory at
    /// 99.
    const BIG: &[u8] = b"MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\x63\
        \0\x02\xa0\x02\0\x03\0\0\0\x01\0\x07\0\0\xa0\x03\0\x04\0\0\0\x01\0\0\0\x09\0\0\0\0";

    fn updated(exif: &[u8]) -> Vec<u8> {
        let mut metadata = Metadata { exif: Some(exif.to_vec()), ..Metadata::default() };
        assert_eq!(metadata.bring_up_to_date((70_000, 3, 1)), None);
        metadata.exif.unwrap()
    }

    #[test]
    fn exif_tells_the_size_and_no_thumbnail() {
        let new = updated(BIG);
        assert_eq!(new[..22], BIG[..22]);
        assert_eq!(new[22..26], [0; 4]);
        assert_eq!(
            &new[26..],
            b"\0\x02\xa0\x02\0\x04\0\0\0\x01\0\0\0\x03\xa0\x03\0\x04\0\0\0\x01\0\x01\x11\x70\0\0\0\0"
        );
        let little = b"II*\0\x08\0\0\0\x01\0\x01\x01\x03\0\x01\0\0\0\x05\0\0\0\0\0\0\0";
        assert_eq!(updated(little)[12..22], *b"\x04\0\x01\0\0\0\x70\x11\x01\0");
    }

    #[test]
    fn thumbnails_are_blotted_out() {
        let block = b"II*\0\x08\0\0\0\0\0\x0e\0\0\0\x02\0\
            \x01\x02\x04\0\x01\0\0\0\x28\0\0\0\x02\x02\x04\0\x01\0\0\0\x03\0\0\0thumb";
        let mut expected = block.to_vec();
        expected[10..14].fill(0);
        expected[40..43].fill(0);
        assert_eq!(updated(block), expected);
    }

    #[test]
    fn damage_is_no_reason_to_panic() {
        for length in 0..BIG.len() {
            updated(&BIG[..length]);
            let mut other = BIG.to_vec();
            other[length] ^= 0xff;
            updated(&other);
        }
    }

    #[test]
    fn profiles_go_with_their_channels() {
        for (space, kept) in
            [(b"GRAY", [true, false]), (b"RGB ", [false, true]), (b"CMYK", [false; 2]), (b"what", [false, true])]
        {
            let icc = Some([&[0; 16][..], space, &[0; 108]].concat());
            for (channels, kept) in [(1, kept[0]), (2, kept[0]), (3, kept[1]), (4, kept[1])] {
                let mut metadata = Metadata { icc: icc.clone(), ..Metadata::default() };
                assert_eq!(metadata.bring_up_to_date((1, 1, channels)).is_none(), kept);
                assert_eq!(metadata.icc.is_some(), kept);
            }
        }
    }
}
