//! What a file is, told by its first bytes.

use image::ImageFormat;

use crate::exif::is_big_tiff;

/// Formats that are read.
const READ: [ImageFormat; 9] = [
    ImageFormat::Png,
    ImageFormat::Jpeg,
    ImageFormat::Gif,
    ImageFormat::Bmp,
    ImageFormat::Tiff,
    ImageFormat::WebP,
    ImageFormat::Pnm,
    ImageFormat::Qoi,
    ImageFormat::Tga,
];

const KNOWN: &str = "png, jpeg, gif, bmp, tiff, webp, pnm, qoi and tga are";

/// Bytes at the start of a file that tell what it is.
pub(crate) const START: usize = 1 << 12;

/// Formats that are known, not read: where their signature stands, the signature, and their name.
const NOT_READ: [(usize, &[u8], &str); 22] = [
    (0, b"DDS ", "a DDS picture"),
    (0, b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (0, b"#?RADIANCE", "a Radiance HDR picture"),
    (0, b"#?RGBE", "a Radiance HDR picture"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (0, b"II\xbc", "a JPEG XR picture"),
    (0, b"8BPS", "a Photoshop picture"),
    (0, b"gimp xcf", "a GIMP picture"),
    (0, b"%PDF-", "a PDF document"),
    (0, b"%!PS", "a PostScript document"),
    (0, b"farbfeld", "a farbfeld picture"),
    (0, b"Pf\n", "a PFM picture"),
    (0, b"PF\n", "a PFM picture"),
    (0, b"SIMPLE  =", "a FITS picture"),
    (0, b"\0\0\x01\0", "a Windows icon"),
    (0, b"\0\0\x02\0", "a Windows cursor"),
    (0, b"icns", "an Apple icon"),
    (4, b"ftypjxl ", "a JPEG XL picture"),
    (0, b"FORM", "an IFF picture"),
];

/// The format of a file by its first bytes, or what is wrong with it. TGA has no signature, so its suffix counts.
pub(crate) fn format_of(start: &[u8], suffix: Option<&str>) -> Result<ImageFormat, String> {
    let found = image::guess_format(start).ok().filter(|found| READ.contains(found));
    match found {
        Some(found) => Ok(found),
        None if is_big_tiff(start) => Ok(ImageFormat::Tiff),
        None if start.is_empty() => Err(format!("is empty; {KNOWN} understood")),
        None if suffix == Some("tga") => Ok(ImageFormat::Tga),
        None => Err(match not_read(start) {
            Some(name) => format!("is {name}, which is not read; {KNOWN}"),
            None => format!("is not a picture of a known format; {KNOWN} understood"),
        }),
    }
}

/// The name of a format that is known, but not read.
fn not_read(start: &[u8]) -> Option<&'static str> {
    let by_signature = || {
        let is_of = |(at, signature): (usize, &[u8])| start.get(at..).is_some_and(|rest| rest.starts_with(signature));
        // Four bytes that may occur anywhere are not enough: an icon says how many pictures it holds.
        let holds_none = start.starts_with(&[0, 0]) && start.get(4..6).is_none_or(|count| count == [0, 0]);
        NOT_READ.iter().find(|(at, signature, _)| is_of((*at, signature)) && !holds_none).map(|(_, _, name)| *name)
    };
    by_signature().or_else(|| of_brands(start)).or_else(|| {
        let text = String::from_utf8_lossy(&start[..start.len().min(START)]);
        (text.trim_start_matches('\u{feff}').trim_start().starts_with('<') && text.contains("<svg"))
            .then_some("an SVG picture")
    })
}

/// By the brands of a file that holds boxes.
///
/// Source: ISO/IEC 14496-12 (2022), clause 4.3; ISO/IEC 23008-12 (2022), clause 10.
fn of_brands(start: &[u8]) -> Option<&'static str> {
    let length = u32::from_be_bytes(*start.first_chunk()?) as usize;
    let brands = start.get(4..length.min(start.len()))?.strip_prefix(b"ftyp")?.as_chunks::<4>().0;
    let one_of = |names: &[&[u8; 4]]| brands.iter().any(|brand| names.contains(&brand));
    Some(match () {
        () if one_of(&[b"avif", b"avis"]) => "an AVIF picture",
        () if one_of(&[b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"]) => "a HEIF picture",
        () if one_of(&[b"crx "]) => "a raw photograph",
        () => "a film",
    })
}

#[cfg(test)]
mod tests {
    use image::ImageFormat;

    use super::format_of;

    #[test]
    fn what_is_known_but_not_read_is_named() {
        let avif = b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf....";
        let heif = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
        let svg = b"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!-- drawn -->\n<svg width=\"5\"/>";
        for (start, name) in [
            (&avif[..], "an AVIF picture"),
            (heif, "a HEIF picture"),
            (svg, "an SVG picture"),
            (b"DDS |\0\0\0", "a DDS picture"),
            (b"\0\0\x01\0\x01\0\x10\x10", "a Windows icon"),
            (b"\xff\x0a\xfa\x7f", "a JPEG XL picture"),
            (b"8BPS\0\x01", "a Photoshop picture"),
            (b"%PDF-1.7\n", "a PDF document"),
        ] {
            let told = format_of(start, None).unwrap_err();
            assert!(told.starts_with(&format!("is {name}, which is not read; png, jpeg")), "{told}");
        }
        for start in [&b"<html><body>"[..], &[0; 40], b"\0\0\x02\0\0\0\0\0", b"some text"] {
            assert!(format_of(start, None).unwrap_err().starts_with("is not a picture of a known format"));
        }
        assert_eq!(format_of(b"\0\0\x02\0\0\0\0\0", Some("tga")), Ok(ImageFormat::Tga));
        assert_eq!(format_of(b"MM\0+\0\x08", Some("tga")), Ok(ImageFormat::Tiff));
    }
}
