//! Options that are written as words.

/// Reads and shows a type by its table `WORDS` of words and values; another word is an
/// [`Error::Choice`](crate::Error::Choice) of this name that says what is expected.
macro_rules! words {
    ($type:ident, $name:literal, $expected:expr) => {
        $crate::math::words::words!($type, $name, $expected, |word| word);
    };
    // With what becomes of a word before it is looked up.
    ($type:ident, $name:literal, $expected:expr, |$given:ident| $looked_up:expr) => {
        impl std::str::FromStr for $type {
            type Err = $crate::Error;

            fn from_str(word: &str) -> Result<Self, $crate::Error> {
                let $given = word;
                let looked_up: &str = $looked_up;
                let known = Self::WORDS.iter().find(|(known, _)| *known == looked_up);
                known.map(|&(_, value)| value).ok_or_else(|| $crate::Error::Choice {
                    name: $name,
                    expected: $expected,
                    value: word.to_owned(),
                })
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let known = Self::WORDS.iter().find(|(_, value)| value == self);
                f.write_str(known.map_or("unknown", |(word, _)| word))
            }
        }
    };
}

pub(crate) use words;
