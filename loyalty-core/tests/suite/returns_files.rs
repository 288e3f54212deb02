//! Files of return propensities: they go on where the model was, and are refused where they cannot be.

use crate::common::shop::{early_and_late, fitted, options, shop};
use loyalty_core::behaviours::BehaviourModel;
use loyalty_core::files::model_kind;
use loyalty_core::parallel::Threads;
use loyalty_core::returns::ReturnPropensity;

#[test]
fn a_file_goes_on_where_the_model_was() {
    let shop = shop();
    for half_life in [None, Some(40.0)] {
        let mut options = options();
        options.half_life_days = half_life;
        let lines = shop.lines(&shop.rows(0..200), true);
        let model = ReturnPropensity::fit(&lines, &options).unwrap().model;
        for mut model in early_and_late(&model) {
            model.update(&shop.lines(&shop.rows(200..230), true)).unwrap();
            let (json, compact) = (model.to_json(), model.to_compact());
            let mut read = ReturnPropensity::from_json(&json).unwrap();
            let mut of_compact = ReturnPropensity::from_bytes(&compact).unwrap();
            assert_eq!(read.to_json(), json);
            assert_eq!(of_compact.to_json(), json);
            assert_eq!(read.to_compact(), compact);
            let rest = shop.lines(&shop.rows(230..300), true);
            let scores = model.update(&rest).unwrap();
            assert_eq!(read.update(&rest).unwrap(), scores);
            assert_eq!(of_compact.update(&rest).unwrap(), scores);
            assert_eq!(read.level().to_bits(), model.level().to_bits());
            assert_eq!(of_compact.to_json(), model.to_json());
            let keys: usize = model.known_keys().iter().sum();
            let state = json.len() - json.find("\"histories\":[{").unwrap();
            assert!(state < 100 * keys, "{state} bytes for {keys} keys");
        }
    }
}

/// A model of a compact file looks keys up where they lie in it, until it learns.
#[test]
fn a_compact_file_scores_as_the_model_before_it_learns_and_after() {
    let shop = shop();
    for half_life in [None, Some(40.0)] {
        let mut options = options();
        options.half_life_days = half_life;
        options.crossed = [&["product", "size"][..], &["customer", "product", "size"], &["size"]]
            .map(|parts| parts.iter().map(|part| (*part).to_owned()).collect())
            .into();
        let past = shop.lines(&shop.rows(0..200), true);
        let mut model = ReturnPropensity::fit(&past, &options).unwrap().model;
        // Some are known, others are new, and some prices have bands of value that have no place in a file.
        let mut later = shop.clone();
        for row in shop.rows(200..300) {
            later.customer[row] += i64::from(row % 5 == 0) * 1000;
            later.price[row] *= [1.0, 1e-9, 1e16][(row % 7 + 1) / 7 * (row % 3)];
        }
        let lines = later.lines(&later.rows(200..300), true);
        let compact = model.to_compact();
        let mut loaded = ReturnPropensity::from_bytes(&compact).unwrap();
        let mut copy = loaded.copied().unwrap();
        assert_eq!(loaded.to_compact(), compact);
        for learns in [false, true] {
            if learns {
                let day = model.today() + 1;
                for model in [&mut model, &mut loaded, &mut copy] {
                    model.advance(day).unwrap();
                }
            }
            for loaded in [&loaded, &copy] {
                let score = |of: &ReturnPropensity, n| of.score(&lines, Threads::new(n)).unwrap();
                assert_eq!(score(loaded, 1), score(&model, 1));
                assert_eq!(score(loaded, 3), score(&model, 1));
                let ends = |of: &ReturnPropensity| of.intervals(&lines, 0.9, Threads::ONE).unwrap();
                assert_eq!(ends(loaded), ends(&model));
                let parts = |of: &ReturnPropensity| of.contributions(&lines, Threads::ONE).unwrap();
                assert_eq!(parts(loaded), parts(&model));
                assert_eq!(loaded.told_before(&past).unwrap(), model.told_before(&past).unwrap());
                assert_eq!(loaded.known_keys(), model.known_keys());
                assert_eq!(loaded.open_lines(), model.open_lines());
                assert_eq!(loaded.to_json(), model.to_json());
            }
        }
    }
}

#[test]
fn a_file_that_contradicts_itself_is_refused() {
    let model = fitted(&shop(), 200);
    let json = model.to_json();
    for (found, instead, problem) in [
        ("\"version\":4", "\"version\":9", "version 9 is unknown, this library reads 4"),
        (
            "\"kind\":\"return-propensity\"",
            "\"kind\":\"bg-nbd\"",
            "kind \"bg-nbd\" is not \"return-propensity\"",
        ),
        ("\"behind_first\":[0", "\"behind_first\":[7", "open lines do not suit each other"),
        ("\"heard\":[false", "\"heard\":[true", "open lines do not suit each other"),
        ("\"keys\":\"", "\"keys\":\"xyz", "16 hexadecimal digits"),
        (
            "\"feature\":\"log price\"",
            "\"feature\":\"log weight\"",
            "the feature \"log weight\" is unknown",
        ),
        ("\"high\":", "\"high\":-1e9,\"was\":", "bounds, knots and weights of the line model"),
        ("\"today\":200", "\"today\":900", "open lines do not suit"),
        ("\"places\":[", "\"places\":[999999,", "open lines and histories"),
        ("\"orders\":\"", "\"orders\":\"0123456789abcdef", "open lines and orders told"),
        ("\"prints\":\"", "\"prints\":\"----------------", "open lines and orders told"),
        ("\"parts\":[\"customer\"]", "\"parts\":[]", "columns and histories"),
        ("{\"format\"", "[{\"format\"", "expected"),
    ] {
        assert!(json.contains(found), "{found}");
        let error = ReturnPropensity::from_json(&json.replacen(found, instead, 1)).unwrap_err();
        assert!(error.to_string().contains(problem), "{found}: {error}");
    }
}

#[test]
fn a_compact_file_that_is_cut_off_or_changed_is_refused() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../golden/return_propensity.compact");
    let bytes = std::fs::read(path).unwrap();
    for length in 0..bytes.len() {
        assert!(ReturnPropensity::from_bytes(&bytes[..length]).is_err(), "{length}");
    }
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(ReturnPropensity::from_bytes(&changed).is_err(), "{at}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(ReturnPropensity::from_bytes(&longer).is_err());
}

#[test]
fn a_compact_file_is_refused_by_its_name() {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../golden/return_propensity.compact");
    let mut bytes = std::fs::read(golden).unwrap();
    let path = std::env::temp_dir().join(format!("loyalty-compact-{}", std::process::id()));
    let name = path.display().to_string();
    let refused = |bytes: &[u8], problem: &str| {
        std::fs::write(&path, bytes).unwrap();
        let error = ReturnPropensity::read(&path).unwrap_err().to_string();
        assert_eq!(error, format!("model file {name:?}: {problem}"));
        let error = model_kind(&path).unwrap_err().to_string();
        assert_eq!(error, format!("model file {name:?}: {problem}"));
    };
    let damaged = "is cut off or damaged: its checksum is not that of its content";
    refused(&bytes[..bytes.len() - 1], damaged);
    refused(&bytes[..20], damaged);
    bytes[8] = 1;
    refused(&bytes, "version 1 of the compact encoding is unknown, this library reads 2");
    assert_eq!(model_kind(golden).unwrap(), "return-propensity");
    let error = BehaviourModel::read(golden).unwrap_err().to_string();
    assert!(
        error.ends_with("is in the compact encoding, which files of return-propensity alone have")
    );
    std::fs::remove_file(path).unwrap();
}
