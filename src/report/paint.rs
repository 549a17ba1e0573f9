//! Colours: written as escapes only where they are wanted.

use anstyle::{AnsiColor, Style};

/// What a stretch of text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// Something new, something done.
    Good,
    /// A password changes, somebody is held.
    Caution,
    /// A letter.
    Letter,
    /// A correction.
    Change,
    /// Something is taken away, or blocked.
    Danger,
    /// Nobody knows.
    Unknown,
    /// Less important than the rest.
    Quiet,
    /// A heading.
    Strong,
}

/// The tone of a plan's symbol.
pub(super) fn tone(symbol: char) -> Tone {
    match symbol {
        '+' => Tone::Good,
        '*' | '!' => Tone::Caution,
        '@' => Tone::Letter,
        '~' => Tone::Change,
        '-' => Tone::Danger,
        '?' => Tone::Unknown,
        _ => Tone::Quiet,
    }
}

/// Paints, or leaves plain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    is_on: bool,
}

impl Paint {
    pub(super) fn new(is_on: bool) -> Self {
        Self { is_on }
    }

    /// The text in this tone.
    pub(super) fn dress(self, tone: Tone, text: &str) -> String {
        if !self.is_on || text.is_empty() {
            return text.to_owned();
        }
        let style = style(tone);
        format!("{style}{text}{style:#}")
    }
}

fn style(tone: Tone) -> Style {
    let coloured = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
    match tone {
        Tone::Good => coloured(AnsiColor::Green),
        Tone::Caution => coloured(AnsiColor::Yellow),
        Tone::Letter => coloured(AnsiColor::Cyan),
        Tone::Change => coloured(AnsiColor::Blue),
        Tone::Danger => coloured(AnsiColor::Red).bold(),
        Tone::Unknown => coloured(AnsiColor::Magenta).bold(),
        Tone::Quiet => Style::new().dimmed(),
        Tone::Strong => Style::new().bold(),
    }
}
