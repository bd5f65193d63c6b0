//! Shipped files have no faults that are found without running anything.

#[test]
fn the_files_are_good() {
    assert_eq!(super::faults_of_files().unwrap(), [""; 0]);
}
