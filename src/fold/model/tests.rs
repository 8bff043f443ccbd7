use super::*;

fn features() -> Vec<Feature> {
    let feature = |name: &str, direction| Feature { name: name.to_owned(), direction };
    vec![feature("overlap", Direction::Rising), feature("gap", Direction::Falling)]
}

/// Asks first about the overlap, then, if it is large, about the gap.
fn tree() -> Tree {
    Tree::new(vec![
        Node::question(0, 0.5, true, 1, -0.5),
        Node::leaf(-2.0),
        Node::question(1, 24.0, false, 3, 1.0),
        Node::leaf(3.0),
        Node::leaf(-1.0),
    ])
}

fn model() -> Model {
    Model::new("a test".to_owned(), features(), 0.25, vec![tree(), tree()]).expect("a model")
}

#[test]
fn leaves_add_up_and_missing_values_have_a_way() {
    let model = model();
    assert_eq!(model.log_odds(&[0.5, 1.0]), 0.25 - 4.0);
    assert_eq!(model.log_odds(&[0.6, 24.0]), 0.25 + 6.0);
    assert_eq!(model.log_odds(&[0.6, 25.0]), 0.25 - 2.0);
    assert_eq!(model.log_odds(&[f32::NAN, 1.0]), 0.25 - 4.0);
    assert_eq!(model.log_odds(&[0.6, f32::NAN]), 0.25 - 2.0);
    assert_eq!(model.log_odds(&[0.6]), 0.25 - 2.0);
}

#[test]
fn shares_add_up_to_the_log_odds() {
    let model = model();
    let values = [0.9, 3.0];
    assert_eq!(model.shares(&values), [3.0, 4.0]);
    let sum: f32 = model.shares(&values).iter().sum();
    assert_eq!(model.base_of_shares() + sum, model.log_odds(&values));
}

#[test]
fn what_was_encoded_is_read_back() {
    let model = model();
    assert_eq!(Model::parse(&model.encode()).expect("a model"), model);
}

#[test]
fn files_that_are_not_of_this_kind_or_version_are_refused() {
    let good = model().encode();
    let refused = |bytes: &[u8], because: &str| {
        let error = Model::parse(bytes).expect_err(because).to_string();
        assert!(error.contains(because), "{error}");
    };
    refused(b"wirefEMB and more", "is no scorer");
    refused(&good[..good.len() / 2], "was cut or damaged");
    refused(&[&good[..8], &[9, 0], &good[10..]].concat(), "is of format 9");
}

#[test]
fn trees_that_could_not_be_walked_are_refused() {
    let refused = |nodes: Vec<Node>, because: &str| {
        let error = Model::new(String::new(), features(), 0.0, vec![Tree::new(nodes)])
            .expect_err(because)
            .to_string();
        assert!(error.contains(because), "{error}");
    };
    let leaf = Node::leaf(0.0);
    refused(vec![], "no node");
    refused(vec![Node::question(0, 0.5, false, 0, 0.0), leaf, leaf], "leads nowhere");
    refused(vec![Node::question(0, 0.5, false, 2, 0.0), leaf, leaf], "leads nowhere");
    refused(vec![Node::question(2, 0.5, false, 1, 0.0), leaf, leaf], "not there");
    refused(vec![Node::leaf(f32::NAN)], "not finite");
}

#[test]
fn probability_is_the_logistic_function() {
    for tenth in -300..=300 {
        let x = tenth as f32 / 10.0;
        let exact = 1.0 / (1.0 + (-f64::from(x)).exp());
        let error = (f64::from(probability(x)) - exact).abs();
        assert!(error <= 1e-6 * exact.max(1e-3), "{x}: {error}");
    }
    assert_eq!(probability(0.0), 0.5);
    assert!(probability(f32::NEG_INFINITY) > 0.0 && probability(f32::INFINITY) <= 1.0);
}

#[test]
fn log_odds_is_where_the_probability_is_reached() {
    for of in [0.01, 0.4, 0.5, 0.99] {
        let x = log_odds(of);
        assert!((probability(x) - of).abs() < 1e-6, "{of}");
    }
}

/// A tree over four features that is grown leaf by leaf from the bytes.
fn grown(bytes: &[u8]) -> Tree {
    let mut nodes = vec![Node::leaf(0.0)];
    for (n, byte) in bytes.iter().enumerate() {
        let at = usize::from(*byte) % nodes.len();
        // Questions on the way stay; a leaf becomes a question.
        let Some(leaf) = (at..nodes.len()).find(|at| nodes[*at].asks().is_none()) else { continue };
        let (feature, first) = (u16::from(byte % 4), nodes.len() as u16);
        let threshold = f32::from(byte / 16) / 4.0 - 1.0;
        nodes[leaf] = Node::question(feature, threshold, byte & 8 > 0, first, 0.7 * n as f32);
        nodes.extend([Node::leaf(n as f32), Node::leaf(-0.3 * n as f32)]);
    }
    Tree::new(nodes)
}

proptest::proptest! {
    #[test]
    fn several_pairs_at_once_score_as_each_alone(
        trees in proptest::collection::vec(proptest::collection::vec(0_u8.., 0..24), 1..5),
        pairs in proptest::collection::vec(proptest::collection::vec(-6_i8..7, 4), 0..40),
    ) {
        let trees: Vec<Tree> = trees.iter().map(|bytes| grown(bytes)).collect();
        let feature = |n: u8| Feature { name: n.to_string(), direction: Direction::Free };
        let features = (0..4).map(feature).collect();
        let model = Model::new(String::new(), features, 0.1, trees).expect("sound trees");
        // Six is a value that is missing.
        let value = |n: &i8| if *n == 6 { f32::NAN } else { f32::from(*n) / 4.0 };
        let pairs: Vec<Vec<f32>> = pairs.iter().map(|row| row.iter().map(value).collect()).collect();
        let pairs: Vec<&[f32]> = pairs.iter().map(Vec::as_slice).collect();
        let alone: Vec<u32> = pairs.iter().map(|pair| model.log_odds(pair).to_bits()).collect();
        let (together, ends) = model.scored(&pairs);
        for (at, pair) in pairs.iter().enumerate() {
            proptest::prop_assert_eq!(model.shares_of(pair, &ends, at), model.shares(pair));
        }
        let together: Vec<u32> = together.into_iter().map(f32::to_bits).collect();
        proptest::prop_assert_eq!(together, alone);
    }
}
