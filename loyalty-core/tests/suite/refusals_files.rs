//! What model files refuse, with the exact message of each.

use std::fmt::Debug;
use std::path::Path;
use std::process::Command;

use crate::common::{cdnow_model, cdnow_split};
use loyalty_core::Error;
use loyalty_core::behaviours::BehaviourModel;
use loyalty_core::error::ErrorKind;
use loyalty_core::estimation::FitOptions;
use loyalty_core::models::ModelFile;
use loyalty_core::purchase::{BgNbd, PurchaseKind};
use loyalty_core::returns::ReturnPropensity;
use loyalty_core::time::Unit;

#[track_caller]
fn message<T: Debug>(result: Result<T, Error>) -> String {
    result.expect_err("a refusal").to_string()
}

fn refused(json: &str) -> String {
    message(ModelFile::from_json(json))
}

#[test]
fn texts_that_are_no_model() {
    let file = |what: &str| format!("model file \"\": {what}");
    let sound = ModelFile::from(cdnow_model()).to_json();
    assert!(ModelFile::from_json(&sound).is_ok());
    let kinds: Vec<String> =
        PurchaseKind::ALL.iter().map(|kind| format!("{:?}", kind.name())).collect();
    for (json, problem) in [
        (String::new(), "EOF while parsing a value at line 1 column 0"),
        ("pickle".to_owned(), "expected value at line 1 column 1"),
        (
            "[]".to_owned(),
            "invalid length 0, expected struct Head with 3 elements at line 1 column 2",
        ),
        ("{}".to_owned(), "missing field `format` at line 1 column 2"),
        (sound[..sound.len() / 2].to_owned(), "EOF while parsing"),
        (format!("{sound}x"), "trailing characters"),
        (
            sound.replace("loyalty-model", "lifetimes"),
            "format \"lifetimes\" is not \"loyalty-model\"",
        ),
        (sound.replace(": 1,", ": 2,"), "version 2 is unknown, this library reads 1"),
        (
            sound.replace(": 1,", ": 2,").replace("\"bg-nbd\"", "null"),
            "version 2 is unknown, this library reads 1",
        ),
        (sound.replace(": 1,", ": -1,"), "invalid value: integer `-1`, expected u32"),
        (
            sound.replace("bg-nbd", "weibull-nbd"),
            &format!(
                "kind \"weibull-nbd\" is none of {}, \"gamma-gamma\", \"sbg\", \"bdw\"",
                kinds.join(", ")
            ),
        ),
        (sound.replace("bg-nbd", "gamma-gamma"), "parameter \"p\" is missing"),
        (sound.replace("\"alpha\"", "\"beta\""), "parameter \"alpha\" is missing"),
        (sound.replace("4.414", "\"4.414\""), "parameter \"alpha\" is missing"),
        (sound.replace("4.414", "null"), "parameter \"alpha\" is missing"),
        (sound.replace("4.414", "NaN"), "expected value"),
        (sound.replace("4.414", "1e999"), "number out of range"),
    ] {
        let got = refused(&json);
        assert!(got.starts_with(&file(problem)), "{got}\n{json}");
    }
    for (value, shown) in [("0", "0"), ("-4.414", "-4.414"), ("-0.0", "-0")] {
        let got = refused(&sound.replace("4.414", value));
        assert_eq!(got, format!("alpha must be finite and > 0, got {shown}"));
    }
    let weekly = ModelFile::from(cdnow_model().with_unit(Some(Unit::Week))).to_json();
    let got = refused(&weekly.replace("\"week\"", "\"fortnight\""));
    assert!(
        got.starts_with("unit must be hour, day,") && got.ends_with("got \"fortnight\""),
        "{got}"
    );
}

#[test]
fn facts_of_a_fit_that_do_not_suit_the_model() {
    let fit = BgNbd::fit(&cdnow_split().calibration, &FitOptions::default()).unwrap();
    let sound = ModelFile::from(&fit).to_json();
    assert!(ModelFile::from_json(&sound).is_ok());
    let file = |what: &str| format!("model file \"\": fit: {what}");
    for (json, problem) in [
        (sound.replace("converged", "happy"), "stop \"happy\" of \"\" is unknown"),
        (sound.replace("converged", "boundary"), "stop \"boundary\" of \"\" is unknown"),
        (
            sound.replace("\"converged\"", "\"boundary\", \"boundary_parameter\": \"p\""),
            "stop \"boundary\" of \"p\" is unknown",
        ),
    ] {
        assert_eq!(refused(&json), file(problem));
    }
    let start = sound.find("\"covariance_of_logs\"").unwrap();
    let short = format!("{}\"covariance_of_logs\": [[1.0]]}}}}", &sound[..start]);
    let other = file("covariance_of_logs is not one of these parameters");
    assert_eq!(refused(&short), other);
    let negative = sound.replacen("0.002", "-0.002", 1);
    assert_ne!(negative, sound);
    assert_eq!(refused(&negative), other);
    for (good, bad) in [
        ("\"customers\": 2357.0", "\"customers\": 0.0"),
        ("\"left_out\": 0.0", "\"left_out\": -1.0"),
    ] {
        assert!(sound.contains(good));
        let expected = file("customers, left_out or gradient_norm is out of range");
        assert_eq!(refused(&sound.replace(good, bad)), expected);
    }
}

#[test]
fn files_that_cannot_be_read_or_written_are_named() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("refusals_files");
    std::fs::create_dir_all(&folder).unwrap();
    let names = |path: &Path, got: &str| {
        let start = format!("model file {:?}: ", path.display().to_string());
        assert!(got.starts_with(&start), "{got}");
    };
    let missing = folder.join("there/is/none.json");
    names(&missing, &message(ModelFile::read(&missing)));
    names(&missing, &message(ModelFile::from(cdnow_model()).write(&missing)));
    names(&folder, &message(ModelFile::read(&folder)));
    let wrong = folder.join("wrong.json");
    std::fs::write(&wrong, "pickle").unwrap();
    names(&wrong, &message(ModelFile::read(&wrong)));
    std::fs::write(&wrong, [0xff, 0xfe]).unwrap();
    names(&wrong, &message(ModelFile::read(&wrong)));
    // What cannot replace its target leaves nothing behind.
    let blocked = folder.join("blocked.json");
    std::fs::create_dir_all(blocked.join("inside")).unwrap();
    names(&blocked, &message(ModelFile::from(cdnow_model()).write(&blocked)));
    let left = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
    let partial = |name: std::ffi::OsString| name.to_string_lossy().starts_with("blocked.json.");
    assert_eq!(left.into_iter().filter(|name| partial(name.clone())).count(), 0);
}

#[test]
fn what_a_file_holds_is_refused_by_the_file_s_name() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("refusals_in_files");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("model.json");
    let sound = ModelFile::from(cdnow_model().with_unit(Some(Unit::Week))).to_json();
    for (good, bad, start) in [
        ("4.414", "-4.414", "alpha must be finite and > 0, got -4.414"),
        ("\"week\"", "\"fortnight\"", "unit must be hour, day,"),
    ] {
        std::fs::write(&path, sound.replace(good, bad)).unwrap();
        let error = ModelFile::read(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::File);
        let expected = format!("model file {:?}: {start}", path.display().to_string());
        assert!(error.to_string().starts_with(&expected), "{error}");
        let Error::InFile { source, .. } = error else { panic!("{error}") };
        assert!(source.to_string().starts_with(start), "{source}");
    }
}

#[test]
fn what_is_no_file_of_a_size_is_not_read() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("refusals_sizes");
    std::fs::create_dir_all(&folder).unwrap();
    if cfg!(unix) {
        let endless = Path::new("/dev/zero");
        let expected = "model file \"/dev/zero\": is no regular file";
        assert_eq!(message(ModelFile::read(endless)), expected);
        assert_eq!(message(loyalty_core::files::model_kind(endless)), expected);
        let waiting = folder.join("pipe");
        let _ = std::fs::remove_file(&waiting);
        if Command::new("mkfifo").arg(&waiting).status().is_ok_and(|status| status.success()) {
            assert!(message(ModelFile::read(&waiting)).ends_with(": is no regular file"));
        } else {
            eprintln!("no mkfifo here: pipes are not tried");
        }
    }
    // A file of zeros that takes no room.
    let path = folder.join("large.json");
    let file = std::fs::File::create(&path).unwrap();
    file.set_len((64 << 20) + 1).unwrap();
    assert!(
        message(ModelFile::read(&path))
            .ends_with("has more than the 64 MiB that such a file may have")
    );
    file.set_len((16 << 20) + 1).unwrap();
    assert!(
        message(BehaviourModel::read(&path))
            .ends_with("has more than the 16 MiB that such a file may have")
    );
    file.set_len((1 << 30) + 1).unwrap();
    assert!(
        message(ReturnPropensity::read(&path))
            .ends_with("has more than the 1024 MiB that such a file may have")
    );
    std::fs::remove_file(&path).unwrap();
    // A few parameters need no megabyte, and no value is a tree.
    let sound = ModelFile::from(cdnow_model()).to_json();
    let padded = format!("{sound}{}", " ".repeat(1 << 20));
    assert!(refused(&padded).ends_with("has more than the 1 MiB that such a file may have"));
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let expected = "model file \"\": parameter \"alpha\" is missing";
    assert_eq!(refused(&sound.replace("4.414", &nested)), expected);
}

#[test]
fn a_parameter_stands_once() {
    let sound = ModelFile::from(cdnow_model()).to_json();
    let twice = sound.replace("\"alpha\":", "\"alpha\": 1.0, \"alpha\":");
    assert_ne!(twice, sound);
    assert!(refused(&twice).contains("\"alpha\" stands twice"), "{}", refused(&twice));
}
