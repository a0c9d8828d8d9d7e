//! Controls by themselves: the Forms controls that documents hold without a form around them.

use super::super::cfb::{CompoundFile, EntryId, u16_at, u32_at};
use super::Collector;
use super::forms::stream;
use super::oforms::{self, BUTTON, LABEL, MORPH, TAB_STRIP};

/// The module that has the controls of a Word document.
pub(super) const WORD_MODULE: &str = "ThisDocument";

/// Controls of the Forms library that hold text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Morph,
    Button,
    Label,
    TabStrip,
    /// Known, and without text of its own.
    Silent,
}

/// The texts of one control.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// Property and text.
    pub(super) own: Vec<(&'static str, String)>,
    /// Tab, property, text.
    pub(super) pages: Vec<(usize, &'static str, String)>,
}

impl Class {
    /// By the class index of a site (MS-OFORMS 2.4.5); `None` for one of the form's own class table.
    pub(super) fn of_index(index: u32) -> Option<Self> {
        Some(match index {
            15 | 23..=28 => Self::Morph,
            17 => Self::Button,
            21 => Self::Label,
            18 => Self::TabStrip,
            7 | 12 | 14 | 16 | 47 | 57 => Self::Silent,
            _ => return None,
        })
    }

    /// By the first field of the class id (MS-OFORMS 2.2.1 to 2.2.9), which differs from class to class.
    pub(super) fn of_id(id: u32) -> Option<Self> {
        Some(match id {
            0x8BD2_1D10 | 0x8BD2_1D20 | 0x8BD2_1D30 | 0x8BD2_1D40 | 0x8BD2_1D50 | 0x8BD2_1D60 => Self::Morph,
            0xD705_3240 => Self::Button,
            0x978C_9E23 => Self::Label,
            0xEAE5_0EB0 => Self::TabStrip,
            _ => return None,
        })
    }

    /// The texts of a control's record; `None` when there is no record.
    pub(super) fn texts(self, record: &[u8]) -> Option<Texts> {
        let mut texts = Texts::default();
        match self {
            Self::Morph => {
                let mut record = oforms::read(record, &MORPH)?;
                texts.own.push(("value", record.take_text(22).unwrap_or_default()));
                texts.own.extend(record.take_text(23).map(|text| ("caption", text)));
                texts.own.extend(record.take_text(32).map(|text| ("groupname", text)));
            }
            Self::Button => texts.own.extend(caption(record, &BUTTON)?),
            Self::Label => texts.own.extend(caption(record, &LABEL)?),
            Self::TabStrip => {
                let mut record = oforms::read(record, &TAB_STRIP)?;
                for (bit, property) in [(17, "name"), (5, "caption"), (15, "controltiptext"), (21, "tag")] {
                    let named = record.take_array(bit).into_iter().enumerate();
                    texts.pages.extend(named.map(|(at, text)| (at, property, text)));
                }
            }
            Self::Silent => {}
        }
        Some(texts)
    }
}

fn caption(record: &[u8], layout: &oforms::Layout) -> Option<Option<(&'static str, String)>> {
    let mut record = oforms::read(record, layout)?;
    Some(record.take_text(3).map(|text| ("caption", text)))
}

/// The name that Word keeps beside a control: UTF-16, ended by a zero.
pub(super) fn name(
    file: &CompoundFile<'_>,
    storage: EntryId,
    collector: &mut Collector<'_>,
) -> Option<String> {
    let id = stream(file, storage, "\u{3}OCXNAME")?;
    let parsed = file.read(id, collector.budget);
    let name = collector.told("", parsed);
    let units: Vec<u16> =
        name.chunks_exact(2).filter_map(|pair| u16_at(pair, 0)).take_while(|unit| *unit != 0).collect();
    Some(String::from_utf16_lossy(&units))
}

/// The texts of the control in a storage of its own, as `ObjectPool` has them.
pub(super) fn in_storage(
    file: &CompoundFile<'_>,
    storage: EntryId,
    collector: &mut Collector<'_>,
) -> Option<Texts> {
    let id = stream(file, storage, "contents")?;
    let parsed = file.read(id, collector.budget);
    let contents = collector.told("", parsed).into_owned();
    // MS-OLEDS 2.3.8 CompObjStream: the class id stands at 12.
    let class = stream(file, storage, "\u{1}CompObj").and_then(|id| {
        let parsed = file.read(id, collector.budget);
        Class::of_id(u32_at(&collector.told("", parsed), 12)?)
    });
    // Without its class the record is taken for the one that holds most.
    class.unwrap_or(Class::Morph).texts(&contents)
}

/// The texts of a control that is a compound file by itself.
pub(super) fn stored(bytes: &[u8], collector: &mut Collector<'_>) -> Option<Texts> {
    let opened = CompoundFile::open(bytes, collector.limits)?;
    let file = collector.told("", opened);
    in_storage(&file, file.root()?, collector)
}

/// The texts of a persisted control: its class id, then its record (MS-OI29500 on `persistStreamInit`).
pub(super) fn persisted(stream: &[u8]) -> Option<Texts> {
    const CLASS_BYTES: usize = 16;
    Class::of_id(u32_at(stream, 0)?)?.texts(stream.get(CLASS_BYTES..)?)
}
