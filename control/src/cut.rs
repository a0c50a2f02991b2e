//! Where does a line of numbers change its meaning? Overlapping ranges in, disjoint cells out.
//!
//! ```text
//!   a:   |-----------|                cells:  |  | a | a b | b |  |
//!   b:         |---------|
//! ```

use std::{collections::BTreeSet, ops::RangeInclusive};

/// A part of the line in which the same ranges lie: its first number, and the ranges' marks.
pub type Cell<M> = (u128, Vec<M>);

/// Cut the line at the borders of `ranges`, each of which has a mark. The first cell starts at
/// 0; no two neighbors hold the same marks; marks are sorted, each stands once.
pub fn cut<M: Copy + Ord>(ranges: &[(RangeInclusive<u128>, M)]) -> Vec<Cell<M>> {
    let mut starts = BTreeSet::from([0]);
    for (range, _) in ranges {
        starts.insert(*range.start());
        starts.extend(range.end().checked_add(1));
    }
    let mut by_start: Vec<_> = ranges.iter().collect();
    by_start.sort_by_key(|(range, _)| *range.start());
    let mut waiting = by_start.into_iter().peekable();
    let mut open: Vec<&(RangeInclusive<u128>, M)> = Vec::new();
    let mut cells: Vec<Cell<M>> = Vec::new();
    for start in starts {
        open.retain(|(range, _)| *range.end() >= start);
        while let Some(range) = waiting.next_if(|(range, _)| *range.start() == start) {
            open.push(range);
        }
        let marks: BTreeSet<M> = open.iter().map(|(_, mark)| *mark).collect();
        let marks: Vec<M> = marks.into_iter().collect();
        if cells.last().is_none_or(|(_, last)| *last != marks) {
            cells.push((start, marks));
        }
    }
    cells
}

/// Two ways to cut the line, one on the other: the cells of both, with what each says.
pub fn overlay<A: Copy, B: Copy>(a: &[(u128, A)], b: &[(u128, B)]) -> Vec<(u128, (A, B))> {
    fn at<T: Copy>(cells: &[(u128, T)], number: u128) -> T {
        cells[cells.partition_point(|(start, _)| *start <= number) - 1].1
    }
    let starts = BTreeSet::from_iter(a.iter().map(|c| c.0).chain(b.iter().map(|c| c.0)));
    starts.into_iter().map(|start| (start, (at(a, start), at(b, start)))).collect()
}

/// Sorted starts of an interval table: first the all-zero key, then each part of the list under
/// its number, which count upward from 1. Behind the last part nothing is said.
pub fn stack<K, L: Copy + Default + PartialEq>(
    parts: &[Vec<(u128, L)>],
    key: impl Fn(u8, u128) -> K,
) -> Vec<(K, L)> {
    let mut starts = vec![(key(0, 0), L::default())];
    let mut number = 0;
    for part in parts {
        number += 1;
        let mut last = None;
        for (start, label) in part {
            if last != Some(*label) {
                starts.push((key(number, *start), *label));
                last = Some(*label);
            }
        }
    }
    let says = starts.last().is_some_and(|(_, label)| *label != L::default());
    if let (true, Some(behind)) = (says, number.checked_add(1)) {
        starts.push((key(behind, 0), L::default()));
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: u128 = u128::MAX;

    fn check(ranges: &[(RangeInclusive<u128>, char)], expect: &[(u128, &str)]) {
        let cells = cut(ranges);
        let cells: Vec<_> = cells.into_iter().map(|(s, m)| (s, String::from_iter(m))).collect();
        let expect: Vec<_> = expect.iter().map(|(s, m)| (*s, (*m).to_owned())).collect();
        assert_eq!(cells, expect);
    }

    #[test]
    fn cells() {
        check(&[], &[(0, "")]);
        check(&[(0..=MAX, 'a')], &[(0, "a")]);
        check(&[(5..=MAX, 'a')], &[(0, ""), (5, "a")]);
        check(&[(0..=0, 'a')], &[(0, "a"), (1, "")]);
        check(&[(2..=6, 'a'), (4..=9, 'b')], &[(0, ""), (2, "a"), (4, "ab"), (7, "b"), (10, "")]);
        // Neighbors with one mark are one cell; one inside the other; twice the same.
        check(&[(2..=3, 'a'), (4..=5, 'a')], &[(0, ""), (2, "a"), (6, "")]);
        check(&[(0..=9, 'b'), (3..=3, 'a')], &[(0, "b"), (3, "ab"), (4, "b"), (10, "")]);
        check(&[(1..=2, 'a'), (1..=2, 'a')], &[(0, ""), (1, "a"), (3, "")]);
    }

    #[test]
    fn one_on_the_other() {
        let cells = overlay(&[(0, 'a'), (5, 'b')], &[(0, 1), (3, 2), (5, 3), (9, 4)]);
        let expect = [(0, ('a', 1)), (3, ('a', 2)), (5, ('b', 3)), (9, ('b', 4))];
        assert_eq!(cells, expect);
    }

    #[test]
    fn parts_stand_on_each_other() {
        let parts = [vec![(0, 0), (5, 3), (6, 3)], vec![(0, 3), (9, 4)]];
        let starts = stack(&parts, |number, start| (number, start));
        let zero = ((0, 0), 0);
        assert_eq!(starts, [zero, ((1, 0), 0), ((1, 5), 3), ((2, 0), 3), ((2, 9), 4), ((3, 0), 0)]);
        assert_eq!(stack(&[], |number, start| (number, start)), [zero]);
        assert_eq!(stack(&[vec![(0, 0)]], |n, s| (n, s)), [zero, ((1, 0), 0)]);
    }

    #[test]
    fn the_last_number_has_nothing_behind_it() {
        let parts = vec![vec![(0, 1)]; 255];
        let starts = stack(&parts, |number, start| (number, start));
        assert_eq!(starts.last(), Some(&((255, 0), 1)));
        assert_eq!(starts.len(), 256);
    }
}
