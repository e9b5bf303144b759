use std::fs::File;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::*;

fn sheet<'a>(name: &str, cells: Vec<(usize, Cell)>) -> Sheet<'a> {
    Sheet {
        name: name.into(),
        widths: vec![(0, 0, 30.0), (2, 9, 3.5)],
        frozen: (1, 2),
        shaded: vec!["C1:J9".into()],
        choice: Some(("B2".into(), "code,formula".into())),
        rows: Box::new(|rows| rows.row(2, cells)),
    }
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn cells_are_written_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.xlsx");
    let cells = vec![
        (0, Cell::Text("a < b & \"c\"\u{1}".into())),
        (1, Cell::Choice("code".into())),
        (2, Cell::Number(0.1)),
        (3, Cell::Number(-1e-300)),
        (16383, Cell::Formula("IF(C2>0,\"yes\",D2)".into())),
    ];
    write(&path, vec![sheet("One", cells), sheet("Two", vec![(1, Cell::Setting(0.2))])]).unwrap();
    let mut bytes = Vec::new();
    File::open(&path).unwrap().read_to_end(&mut bytes).unwrap();
    let one = part(&bytes, "xl/worksheets/sheet1.xml");
    for expected in [
        "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t xml:space=\"preserve\">a &lt; b &amp; &quot;c&quot;?</t></is>",
        "<c r=\"B2\" s=\"2\" t=\"inlineStr\"><is><t xml:space=\"preserve\">code</t></is></c>",
        "<c r=\"C2\"><v>0.1</v></c><c r=\"D2\"><v>-1e-300</v></c>",
        "<c r=\"XFD2\"><f>IF(C2&gt;0,&quot;yes&quot;,D2)</f></c></row>",
        "<pane xSplit=\"2\" ySplit=\"1\" topLeftCell=\"C2\" activePane=\"bottomRight\" state=\"frozen\"/>",
        "<col min=\"3\" max=\"10\" width=\"3.5\" customWidth=\"1\"/>",
        "<formula1>\"code,formula\"</formula1>",
    ] {
        assert!(one.contains(expected), "{expected} in {one}");
    }
    assert!(part(&bytes, "xl/worksheets/sheet2.xml").contains("<c r=\"B2\" s=\"2\"><v>0.2</v></c>"));
    let book = part(&bytes, "xl/workbook.xml");
    assert!(book.contains("<sheet name=\"One\" sheetId=\"1\" r:id=\"rId1\"/><sheet name=\"Two\""), "{book}");
}

#[test]
#[should_panic(expected = "column 16384: a sheet has 16384")]
fn there_is_no_column_after_xfd() {
    column_name(MOST_COLUMNS);
}
