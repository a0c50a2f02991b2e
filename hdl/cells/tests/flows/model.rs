//! What does the model promise by itself: room, ages, beginnings?

use cells::flows::{Answer, CLASSES, Model, Request, Rules, STATES, Shape};

/// Bit 0: seen from both sides. Bits 1 and 2: closed by either side. Bit 3: cut.
pub const BOTH: u8 = 1;
pub const END: [u8; 2] = [2, 4];
pub const CUT: u8 = 8;

/// Rules that look at every bit of a state.
pub fn rules() -> Rules {
    let closed = |state: usize| state & 6 == 6 || state & 8 != 0;
    let class = |state: usize| match state {
        state if closed(state) => 3,
        state if state & 1 != 0 => 1 + (state >> 4 & 1) as u8,
        state => (state >> 5 & 1) as u8,
    };
    let states: [usize; STATES] = std::array::from_fn(|state| state);
    Rules { class: states.map(class), closed: states.map(closed) }
}

fn request(key: u32, now: u64) -> Request {
    let idle: [u64; CLASSES] = [3, 20, 100, 2];
    Request { key: vec![key], events: 0, fresh: false, allow: true, idle, now }
}

fn small() -> Model {
    Model::new(Shape::new(32, 4), rules(), 0x1234_5678_9abc_def0)
}

fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Share of the entries taken when the first key finds no room.
fn filled(shape: Shape, seed: u64, key: &dyn Fn(u64) -> Vec<u32>) -> f64 {
    let mut model = Model::new(shape, rules(), seed);
    let taken = (0..).take_while(|nth| {
        let answer = model.request(&Request { key: key(*nth), ..request(0, 0) });
        assert_ne!(answer.inserted, answer.full, "a key came twice");
        answer.inserted
    });
    taken.count() as f64 / shape.capacity() as f64
}

#[test]
fn random_keys_and_keys_in_order_fill_four_fifths() {
    let wide = |nth: u64, mut state: u64| -> Vec<u32> {
        state ^= nth << 20;
        (0..10).map(|_| splitmix(&mut state) as u32).collect()
    };
    let ports = |nth: u64| {
        let mut key = vec![0; 10];
        (key[2], key[6], key[9]) = (0x0a00_0001, 0x0a00_0102, nth as u32);
        key
    };
    let hosts = |nth: u64| {
        let mut key = vec![0; 10];
        (key[2], key[6], key[9]) = (0x0a00_0000 + nth as u32 / 64, 0xc0a8_0001, nth as u32 % 64);
        key
    };
    for depth_log2 in [5, 7, 9] {
        let mut all = [vec![], vec![], vec![]];
        for seed in 1..=20u64 {
            let seed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let shape = Shape::new(306, depth_log2);
            all[0].push(filled(shape, seed, &|nth| wide(nth, seed)));
            all[1].push(filled(shape, seed, &ports));
            all[2].push(filled(shape, seed, &hosts));
        }
        for (shares, name) in all.iter_mut().zip(["random", "ports", "hosts"]) {
            shares.sort_by(f64::total_cmp);
            let [least, median, most] = [0, 10, 19].map(|nth| shares[nth]);
            println!("2^{depth_log2} {name}: full at {least:.3}, {median:.3}, {most:.3}");
            let at_least = if name == "random" { 0.8 } else { 0.75 };
            assert!(least >= at_least, "2^{depth_log2} {name}: {least:.3}");
        }
    }
}

#[test]
fn an_entry_lives_to_its_deadline_and_its_state_says_which() {
    let mut model = small();
    assert_eq!(model.request(&request(7, 10)).slot, model.request(&request(7, 13)).slot);
    let both = model.request(&Request { events: BOTH, ..request(7, 16) });
    assert_eq!((both.hit, both.state), (true, 0), "17 is its last tick");
    assert_eq!(model.live(36), 1);
    assert_eq!(model.live(37), 0);
    let late = model.request(&request(7, 37));
    assert_eq!((late.hit, late.inserted, late.state), (false, true, 0));
}

#[test]
fn a_closed_entry_begins_anew_only_for_who_is_fresh_and_allowed() {
    let mut model = small();
    let slot = model.request(&Request { events: BOTH, ..request(9, 0) }).slot;
    for events in END {
        assert!(model.request(&Request { events, ..request(9, 0) }).hit);
    }
    let closed = BOTH | END[0] | END[1];
    let again = model.request(&request(9, 0));
    assert_eq!(again, Answer { hit: true, state: closed, slot, ..Answer::default() });
    let fresh = Request { fresh: true, events: 16, ..request(9, 1) };
    let refused = model.request(&Request { allow: false, ..fresh.clone() });
    assert_eq!(refused, Answer { state: closed, slot, ..Answer::default() });
    let anew = Answer { inserted: true, state: closed, slot, ..Answer::default() };
    assert_eq!(model.request(&fresh), anew);
    assert_eq!(model.request(&fresh), Answer { hit: true, state: 16, slot, ..Answer::default() });
    assert_eq!(model.live(4), 1);
    assert!(model.request(&Request { events: CUT, ..request(9, 4) }).hit);
    assert_eq!(model.live(7), 0, "a closed state's own idle time");
}

#[test]
fn nobody_makes_an_entry_who_may_not_and_a_twin_finds_no_room() {
    let mut model = Model::new(Shape { tag_bits: 1, ..Shape::new(32, 4) }, rules(), 1);
    assert_eq!(
        model.request(&Request { allow: false, ..request(1, 0) }),
        Answer::default(),
        "neither an entry nor a complaint"
    );
    // 2^5 digests: each holds one key, and the others of it see neither that entry nor room.
    let spread = |key: u32| key.wrapping_mul(0x9e37_79b1);
    let answers: Vec<Answer> =
        (0..400).map(|key| model.request(&request(spread(key), 0))).collect();
    let made = answers.iter().filter(|answer| answer.inserted).count();
    assert!((24..=32).contains(&made), "{made}");
    assert!(answers.iter().all(|answer| answer.inserted != answer.full && !answer.hit));
    for key in 0..400 {
        assert_eq!(model.request(&request(spread(key), 3)).hit, answers[key as usize].inserted);
    }
    assert_eq!(model.live(6), made);
}
