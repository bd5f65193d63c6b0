//! What is shipped is good, as far as that is seen without running anything.

#[test]
fn the_files_are_good() {
    assert_eq!(super::faults_of_files().unwrap(), [""; 0]);
}
