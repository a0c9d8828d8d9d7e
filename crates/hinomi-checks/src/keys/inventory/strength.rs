//! Until which year a strength will do: the criteria of CRYPTREC.

use serde::{Deserialize, Serialize};

const CRITERIA: &str = include_str!("../../../../../catalog/profiles/keys/cryptrec-strength.toml");

/// What may be done with a strength in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// 利用可.
    Usable,
    /// 移行完遂期間: the move to something stronger must end in it.
    Transition,
    /// 許容: only for what is there already.
    Allowed,
    /// 利用不可.
    Unusable,
}

/// What a key is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Use {
    /// Making something new: signing, encrypting.
    Generate,
    /// Working on what is there: verifying, decrypting.
    Process,
}

/// The criteria.
#[derive(Debug, Clone, Deserialize)]
pub struct Criteria {
    bits_min: u16,
    #[serde(rename = "row")]
    rows: Vec<Row>,
}

#[derive(Debug, Clone, Deserialize)]
struct Row {
    bits: u16,
    r#use: Use,
    periods: Vec<Span>,
}

#[derive(Debug, Clone, Deserialize)]
struct Span {
    from: i16,
    to: i16,
    status: Standing,
}

impl Criteria {
    /// The criteria inside.
    pub fn builtin() -> Self {
        toml::from_str(CRITERIA).unwrap_or(Self { bits_min: u16::MAX, rows: Vec::new() })
    }

    /// How a strength stands in a year. `None` for years that the criteria do not reach.
    pub fn standing(&self, bits: u16, r#use: Use, year: i16) -> Option<Standing> {
        if bits < self.bits_min {
            return Some(Standing::Unusable);
        }
        self.spans(bits, r#use).find(|span| (span.from..=span.to).contains(&year)).map(|span| span.status)
    }

    /// The last year in which a strength is not unusable; `None` when it never is usable.
    pub fn last_year(&self, bits: u16, r#use: Use) -> Option<i16> {
        if bits < self.bits_min {
            return None;
        }
        self.spans(bits, r#use).filter(|span| span.status != Standing::Unusable).map(|span| span.to).max()
    }

    /// The row of the greatest strength that is reached.
    fn spans(&self, bits: u16, r#use: Use) -> impl Iterator<Item = &Span> {
        let rows = self.rows.iter().filter(move |row| row.r#use == r#use && row.bits <= bits);
        rows.max_by_key(|row| row.bits).into_iter().flat_map(|row| &row.periods)
    }
}
