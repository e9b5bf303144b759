//! The parts of a workbook beside the rows.

use super::{Sheet, cell_name, escaped};

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/// Usual text, a heading, a setting: the numbers of `s` in a cell.
const STYLES: &str = "<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>\
    <font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>\
    <fills count=\"3\"><fill><patternFill patternType=\"none\"/></fill>\
    <fill><patternFill patternType=\"gray125\"/></fill>\
    <fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFFFF2CC\"/><bgColor indexed=\"64\"/></patternFill></fill>\
    </fills><borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
    <cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
    <cellXfs count=\"3\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>\
    <xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>\
    <xf numFmtId=\"0\" fontId=\"0\" fillId=\"2\" borderId=\"0\" xfId=\"0\" applyFill=\"1\"/></cellXfs>\
    <cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles>";

/// The files of a workbook that are no sheets, by their names in the archive.
pub(super) fn of_book(names: &[String]) -> Vec<(&'static str, String)> {
    let numbered = |part: &dyn Fn(usize, &str) -> String| -> String {
        names.iter().enumerate().map(|(index, name)| part(index + 1, name)).collect()
    };
    let overrides = numbered(&|number, _| {
        format!("<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"{TYPE}.worksheet+xml\"/>")
    });
    let sheets = numbered(&|number, name| {
        format!("<sheet name=\"{}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>", escaped(name))
    });
    let relations = numbered(&|number, _| {
        let target = format!("worksheets/sheet{number}.xml");
        format!("<Relationship Id=\"rId{number}\" Type=\"{RELATIONSHIPS}/worksheet\" Target=\"{target}\"/>")
    });
    let styles = names.len() + 1;
    vec![
        (
            "[Content_Types].xml",
            format!(
                "{XML}<Types xmlns=\"{PACKAGE}/content-types\">\
                 <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
                 <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
                 <Override PartName=\"/xl/workbook.xml\" ContentType=\"{TYPE}.sheet.main+xml\"/>\
                 <Override PartName=\"/xl/styles.xml\" ContentType=\"{TYPE}.styles+xml\"/>{overrides}</Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "{XML}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" \
                 Type=\"{RELATIONSHIPS}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "{XML}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONSHIPS}\"><sheets>{sheets}</sheets>\
                 <calcPr calcId=\"0\" fullCalcOnLoad=\"1\"/></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "{XML}<Relationships xmlns=\"{PACKAGE}/relationships\">{relations}<Relationship Id=\"rId{styles}\" \
                 Type=\"{RELATIONSHIPS}/styles\" Target=\"styles.xml\"/></Relationships>"
            ),
        ),
        ("xl/styles.xml", format!("{XML}<styleSheet xmlns=\"{MAIN}\">{STYLES}</styleSheet>")),
    ]
}

/// A sheet up to its rows.
pub(super) fn before_rows(sheet: &Sheet, is_first: bool) -> String {
    let (rows, columns) = sheet.frozen;
    let pane = match (rows, columns) {
        (0, 0) => String::new(),
        _ => {
            let corner = match (rows, columns) {
                (_, 0) => "bottomLeft",
                (0, _) => "topRight",
                _ => "bottomRight",
            };
            let split = |name: &str, count: usize| {
                if count == 0 { String::new() } else { format!(" {name}=\"{count}\"") }
            };
            format!(
                "<pane{}{} topLeftCell=\"{}\" activePane=\"{corner}\" state=\"frozen\"/>",
                split("xSplit", columns),
                split("ySplit", rows),
                cell_name(columns, rows + 1)
            )
        }
    };
    let selected = if is_first { " tabSelected=\"1\"" } else { "" };
    let widths = sheet.widths.iter().map(|(first, last, width)| {
        format!("<col min=\"{}\" max=\"{}\" width=\"{width}\" customWidth=\"1\"/>", first + 1, last + 1)
    });
    let widths: String = widths.collect();
    let widths = if widths.is_empty() { widths } else { format!("<cols>{widths}</cols>") };
    format!(
        "{XML}<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView{selected} workbookViewId=\"0\">{pane}</sheetView>\
         </sheetViews><sheetFormatPr defaultRowHeight=\"15\"/>{widths}<sheetData>\n"
    )
}

/// A sheet from its rows on.
pub(super) fn after_rows(sheet: &Sheet) -> String {
    let shaded = sheet.shaded.iter().enumerate().map(|(index, cells)| {
        format!(
            "<conditionalFormatting sqref=\"{cells}\"><cfRule type=\"colorScale\" priority=\"{}\"><colorScale>\
             <cfvo type=\"num\" val=\"0\"/><cfvo type=\"num\" val=\"255\"/><color rgb=\"FFFFFFFF\"/>\
             <color rgb=\"FF4472C4\"/></colorScale></cfRule></conditionalFormatting>",
            index + 1
        )
    });
    let shaded: String = shaded.collect();
    let choice = sheet.choice.as_ref().map_or(String::new(), |(cell, words)| {
        format!(
            "<dataValidations count=\"1\"><dataValidation type=\"list\" allowBlank=\"0\" showErrorMessage=\"1\" \
             sqref=\"{cell}\"><formula1>\"{}\"</formula1></dataValidation></dataValidations>",
            escaped(words)
        )
    });
    format!("</sheetData>{shaded}{choice}</worksheet>")
}
