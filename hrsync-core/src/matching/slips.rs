//! Slips of the pen: letters left out, added, replaced, or swapped with a neighbour.

/// Words that differ in more letters than this are not compared letter by letter.
const LONGEST: usize = 32;

/// Whether one text becomes the other by at most so many slips (the optimal string alignment distance).
pub(crate) fn at_most(most: usize, a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return within(most, a.as_bytes(), b.as_bytes());
    }
    let letters = |text: &str| text.chars().collect::<Vec<char>>();
    within(most, &letters(a), &letters(b))
}

fn within<T: PartialEq>(most: usize, a: &[T], b: &[T]) -> bool {
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    if a.len().abs_diff(b.len()) > most || a.len().max(b.len()) > LONGEST {
        return false;
    }
    distance(a, b) <= most
}

/// Rows of the table of distances: two before the present one.
fn distance<T: PartialEq>(a: &[T], b: &[T]) -> usize {
    let mut before = [0_u8; LONGEST + 1];
    let mut last = [0_u8; LONGEST + 1];
    let mut row = [0_u8; LONGEST + 1];
    (0..).zip(&mut last[..=b.len()]).for_each(|(place, cell)| *cell = place);
    for (i, letter) in a.iter().enumerate() {
        row[0] = i as u8 + 1;
        for (j, other) in b.iter().enumerate() {
            let replaced = last[j] + u8::from(letter != other);
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *letter == b[j - 1] && a[i - 1] == *other {
                least = least.min(before[j - 1] + 1);
            }
            row[j + 1] = least;
        }
        (before, last, row) = (last, row, before);
    }
    usize::from(last[b.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        for (a, b, slips) in [
            ("", "", 0),
            ("anna", "anna", 0),
            ("anna", "ana", 1),
            ("anna", "annna", 1),
            ("anna", "anno", 1),
            ("anna", "nana", 1),
            ("karlsen", "karlnse", 2),
            ("virtanen", "vritanenn", 2),
            ("hampton", "hmaptno", 2),
            ("øyvind", "øivynd", 2),
            ("abc", "xyz", 3),
        ] {
            assert!(at_most(slips, a, b) && at_most(slips, b, a), "{a} {b}");
            assert!(slips == 0 || !at_most(slips - 1, a, b), "{a} {b}");
        }
        let long = "x".repeat(40);
        assert!(at_most(1, &long, &format!("{long}y")));
        assert!(!at_most(50, &long, &"y".repeat(40)));
    }
}
