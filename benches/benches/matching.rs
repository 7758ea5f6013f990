//! How well and how fast people are matched: invented people of four countries, and the FEBRL sets where they were unpacked.

#![allow(missing_docs, clippy::print_stdout, reason = "a benchmark")]

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use hrsync_benches::{Labelled, Limit};
use hrsync_core::matching::match_people;
use hrsync_core::{FieldId, field};
use hrsync_testkit::people::Country;

/// Without any identity number, and without what only one person has.
const BARE: [FieldId; 4] = [field::GIVEN_NAME, field::FAMILY_NAME, field::BIRTH_DATE, field::POSTCODE];

/// Where `benches/febrl.sh` unpacks the FEBRL sets.
const FEBRL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/febrl");

fn matching(criterion: &mut Criterion) {
    for country in Country::ALL {
        for people in [80, 800, 5_000] {
            let all = Labelled::invented(country, people, 20_261_126);
            let bare = all.only(&BARE);
            let (figures, numbered) = (bare.figures(), bare.numbered(country).figures());
            // Smaller rosters tell less of what is rare, so that a person is asked more often.
            let (figures, numbered) = match people {
                5_000 => (figures.within(Limit::Bare), numbered.within(Limit::Numbered)),
                _ => (figures, numbered),
            };
            println!("{country:?}, {people} people, name, birth date, postcode: {figures}");
            println!("{country:?}, {people} people, with identity number: {numbered}");
            println!("{country:?}, {people} people, with e-mail, telephone, street: {}", all.figures());
        }
    }
    for set in ["dataset2.csv", "dataset3.csv"] {
        let Some(all) = Labelled::febrl(&Path::new(FEBRL).join(set)) else {
            println!("FEBRL {set}: not unpacked; benches/febrl.sh does it");
            continue;
        };
        let all = all.one_each();
        println!("FEBRL {set}, name, birth date, postcode: {}", all.only(&BARE).figures());
        println!("FEBRL {set}, with street, town and identity number: {}", all.figures());
    }
    let bare = Labelled::invented(Country::Norway, 5_000, 20_261_126).only(&BARE);
    let mut group = criterion.benchmark_group("matching");
    group.sample_size(10);
    group.bench_function("5000 x 5000", |bencher| bencher.iter(|| black_box(match_people(&bare.host, &bare.vendor))));
    group.finish();
}

criterion_group!(benches, matching);
criterion_main!(benches);
