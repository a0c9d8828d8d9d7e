//! Writes user forms (MS-OFORMS): `f` with the sites, `o` with the controls' records.

/// A control to be.
#[derive(Clone, Default)]
pub(crate) struct ForgedControl {
    pub(crate) name: &'static str,
    pub(crate) tag: &'static str,
    pub(crate) tip: &'static str,
    pub(crate) id: u32,
    pub(crate) class: u16,
    /// Its record, as one of the functions here writes it.
    pub(crate) record: Vec<u8>,
}

/// A record: version, size, mask, numbers aligned to their size, extras aligned to 4.
struct Record {
    version: u16,
    mask: u64,
    mask_bytes: usize,
    body: Vec<u8>,
}

impl Record {
    fn new(version: u16, mask_bytes: usize) -> Self {
        Self { version, mask: 0, mask_bytes, body: Vec::new() }
    }

    fn number(&mut self, bit: u8, size: usize, value: u32) {
        self.mask |= 1 << bit;
        self.pad(size);
        self.body.extend(&value.to_le_bytes()[..size]);
    }

    fn length(&mut self, bit: u8, text: &str) {
        self.number(bit, 4, count(text));
    }

    fn text(&mut self, text: &str) {
        self.pad(4);
        self.body.extend(raw(text));
        self.pad(4);
    }

    fn pair(&mut self, bit: u8) {
        self.mask |= 1 << bit;
        self.pad(4);
        self.body.extend([7; 8]);
    }

    fn pad(&mut self, size: usize) {
        let len = self.body.len().next_multiple_of(size);
        self.body.resize(len, 0xEE);
    }

    fn finish(mut self) -> Vec<u8> {
        self.pad(4);
        let mask = &self.mask.to_le_bytes()[..self.mask_bytes];
        let len = (self.mask_bytes + self.body.len()) as u16;
        [&self.version.to_le_bytes()[..], &len.to_le_bytes(), mask, &self.body].concat()
    }
}

fn is_narrow(text: &str) -> bool {
    text.chars().all(|letter| (letter as u32) < 0x100)
}

fn raw(text: &str) -> Vec<u8> {
    if is_narrow(text) {
        return text.chars().map(|letter| letter as u8).collect();
    }
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn count(text: &str) -> u32 {
    raw(text).len() as u32 | if is_narrow(text) { 1 << 31 } else { 0 }
}

/// Text box, combo box, check box: MorphData.
pub(crate) fn morph(value: &str, caption: &str, group: &str) -> Vec<u8> {
    let mut record = Record::new(0x0200, 8);
    record.number(0, 4, 0x2C80_481B);
    record.number(5, 1, 3);
    record.number(6, 1, 4);
    record.number(9, 2, 42);
    record.length(22, value);
    record.length(23, caption);
    record.number(27, 2, 0xFFFF);
    record.length(32, group);
    record.pair(8);
    record.text(value);
    record.text(caption);
    record.text(group);
    record.finish()
}

/// A label or a button.
pub(crate) fn captioned(caption: &str) -> Vec<u8> {
    let mut record = Record::new(0x0200, 4);
    record.number(0, 4, 0x8000_0012);
    record.length(3, caption);
    record.number(6, 1, 2);
    record.text(caption);
    record.pair(5);
    record.finish()
}

/// A tab strip, with caption and tag of each tab.
pub(crate) fn tab_strip(tabs: &[(&str, &str)]) -> Vec<u8> {
    let array = |texts: &mut dyn Iterator<Item = &str>| {
        let mut bytes = Vec::new();
        for text in texts {
            bytes.extend(count(text).to_le_bytes());
            bytes.extend(raw(text));
            bytes.resize(bytes.len().next_multiple_of(4), 0xEE);
        }
        bytes
    };
    let captions = array(&mut tabs.iter().map(|(caption, _)| *caption));
    let tags = array(&mut tabs.iter().map(|(_, tag)| *tag));
    let mut record = Record::new(0x0200, 4);
    record.number(0, 4, 0);
    record.number(5, 4, captions.len() as u32);
    record.number(6, 1, 0);
    record.number(21, 4, tags.len() as u32);
    record.pair(4);
    record.body.extend(captions);
    record.body.extend(tags);
    record.finish()
}

/// An `f` stream: the form with a font and a picture, a class table, depths and types, the sites.
pub(crate) fn f_stream(caption: &str, controls: &[ForgedControl]) -> Vec<u8> {
    let mut form = Record::new(0x0400, 4);
    form.number(3, 4, 99);
    form.number(6, 4, 0);
    form.number(7, 1, 1);
    form.length(19, caption);
    form.number(20, 2, 0xFFFF);
    form.number(21, 2, 0xFFFF);
    form.pair(10);
    form.text(caption);
    let mut stream = form.finish();
    // StdFont, then a picture of three bytes.
    stream.extend([0x03, 0x52, 0xE3, 0x0B, 0x91, 0x8F, 0xCE, 0x11, 0x9D, 0xE3, 0, 0xAA, 0, 0x4B, 0xB8, 0x51]);
    stream.extend([1, 0, 0, 0, 0x90, 1, 0x44, 0x42, 1, 0, 6]);
    stream.extend(b"Tahoma");
    stream.extend([0x04, 0x52, 0xE3, 0x0B, 0x91, 0x8F, 0xCE, 0x11, 0x9D, 0xE3, 0, 0xAA, 0, 0x4B, 0xB8, 0x51]);
    stream.extend([0x6C, 0x74, 0, 0, 3, 0, 0, 0, 1, 2, 3]);
    // One class of this form's own.
    stream.extend([1, 0, 0, 0, 6, 0, 9, 9, 9, 9, 9, 9]);
    let sites: Vec<u8> = controls.iter().flat_map(site).collect();
    let mut depths = vec![0, 0x80 | controls.len() as u8, 1];
    depths.resize(depths.len().next_multiple_of(4), 0);
    stream.extend((controls.len() as u32).to_le_bytes());
    stream.extend(((depths.len() + sites.len()) as u32).to_le_bytes());
    stream.extend(depths);
    stream.extend(sites);
    stream
}

fn site(control: &ForgedControl) -> Vec<u8> {
    let mut site = Record::new(0, 4);
    site.length(0, control.name);
    site.length(1, control.tag);
    site.number(2, 4, control.id);
    site.number(5, 4, control.record.len() as u32);
    site.number(6, 2, 1);
    site.number(7, 2, u32::from(control.class));
    site.length(11, control.tip);
    site.text(control.name);
    site.text(control.tag);
    site.pair(8);
    site.text(control.tip);
    site.finish()
}

/// An `o` stream.
pub(crate) fn o_stream(controls: &[ForgedControl]) -> Vec<u8> {
    controls.iter().flat_map(|control| control.record.clone()).collect()
}
