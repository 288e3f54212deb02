//! Files of return propensities: they go on where the model was, and are refused where they cannot be.

use crate::common::shop::{early_and_late, fitted, options, shop};
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
            let json = model.to_json();
            let mut read = ReturnPropensity::from_json(&json).unwrap();
            assert_eq!(read.to_json(), json);
            let rest = shop.lines(&shop.rows(230..300), true);
            assert_eq!(read.update(&rest).unwrap(), model.update(&rest).unwrap());
            assert_eq!(read.level().to_bits(), model.level().to_bits());
            let keys: usize = model.known_keys().iter().sum();
            let state = json.len() - json.find("\"histories\":[{").unwrap();
            assert!(state < 100 * keys, "{state} bytes for {keys} keys");
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
