//! Values of JSON that must be a number or a text, read without keeping what they are instead.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};

/// A value of JSON. What is neither text nor a number is passed over, however large it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Scalar {
    Text(String),
    Number(f64),
    #[default]
    Other,
}

impl Scalar {
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(value) => Some(*value),
            _ => None,
        }
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.to_owned()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Scalar, E> {
        Ok(Scalar::Number(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
        Ok(Scalar::Number(value as f64))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Scalar, A::Error> {
        while values.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Scalar, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ScalarVisitor)
    }
}

/// Numbers by name, each once, and no more than any model has.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Numbers(BTreeMap<String, Scalar>);

impl Numbers {
    /// Far more than the parameters of any model.
    const MOST: usize = 100_000;

    /// The number of this name, where there is one and it is a number.
    pub(crate) fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).and_then(Scalar::number)
    }
}

impl FromIterator<(String, f64)> for Numbers {
    fn from_iter<I: IntoIterator<Item = (String, f64)>>(named: I) -> Self {
        Self(named.into_iter().map(|(name, value)| (name, Scalar::Number(value))).collect())
    }
}

impl Serialize for Numbers {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().filter_map(|(name, value)| Some((name, value.number()?))))
    }
}

struct NumbersVisitor;

impl<'de> Visitor<'de> for NumbersVisitor {
    type Value = Numbers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("numbers by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Numbers, A::Error> {
        let mut numbers = Numbers::default();
        while let Some((name, value)) = entries.next_entry::<String, Scalar>()? {
            if numbers.0.len() == Numbers::MOST {
                return Err(A::Error::custom("more than 100000 parameters"));
            }
            if numbers.0.contains_key(&name) {
                return Err(A::Error::custom(format_args!(
                    "{} stands twice",
                    crate::error::shown(&name)
                )));
            }
            numbers.0.insert(name, value);
        }
        Ok(numbers)
    }
}

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(NumbersVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_neither_text_nor_number_is_passed_over() {
        let scalar = |json: &str| serde_json::from_str::<Scalar>(json).expect("JSON");
        assert_eq!(scalar("\"a\\n\""), Scalar::Text("a\n".to_owned()));
        assert_eq!(scalar("-0.1"), Scalar::Number(-0.1));
        assert_eq!(scalar("18446744073709551615"), Scalar::Number(18_446_744_073_709_551_615.0));
        for other in ["null", "true", "[1, [2]]", "{\"a\": {\"b\": 1}}"] {
            assert_eq!(scalar(other), Scalar::Other, "{other}");
        }
        assert!(serde_json::from_str::<Scalar>("[1,").is_err());
    }

    #[test]
    fn numbers_stand_once() {
        let numbers = |json: &str| serde_json::from_str::<Numbers>(json);
        let found = numbers("{\"b\": 2, \"a\": 0.1, \"c\": \"3\"}").expect("JSON");
        assert_eq!((found.get("a"), found.get("b"), found.get("c")), (Some(0.1), Some(2.0), None));
        let twice = numbers("{\"a\": 1, \"a\": 2}").expect_err("two of a name").to_string();
        assert!(twice.starts_with("\"a\" stands twice"), "{twice}");
        let many: Vec<String> = (0..=Numbers::MOST).map(|at| format!("\"{at}\": 1")).collect();
        assert!(numbers(&format!("{{{}}}", many.join(","))).is_err());
    }
}
