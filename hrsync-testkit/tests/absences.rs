//! Whatever happens to absences, and in whatever order, each slot of the payroll system holds what it should or somebody knows why not.

use hrsync_testkit::MemorySheets;
use hrsync_testkit::absences::random::sequences;

/// How many random sequences are run when nobody says otherwise.
const SEQUENCES: u64 = 2_000;

#[tokio::test]
async fn random_sequences_of_one_half_break_no_law() {
    sequences(async |_| MemorySheets::default(), SEQUENCES, (0, 2)).await;
}

#[tokio::test]
async fn random_sequences_of_the_other_half_break_no_law() {
    sequences(async |_| MemorySheets::default(), SEQUENCES, (1, 2)).await;
}
