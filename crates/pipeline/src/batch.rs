//! Many pictures at once: a failure stops none of the others.

use std::collections::{BTreeMap, HashMap};
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Builder};

use glassbox_formats::{Clash, Format, check_outputs, guarded, is_same_file};
use glassbox_tensor::shown;

use crate::convert::convert_within;
use crate::room::Room;
use crate::{Converted, Error, Input, Job, Target};

/// A picture to read, its output and format, or the problem with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The input.
    pub input: PathBuf,
    /// The output.
    pub output: PathBuf,
    /// The format of the output, or why there is none.
    pub format: Result<Format, String>,
}

/// A conflict between files of a batch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// Two pictures would be written to one file.
    #[error("{} and {}: would both be written to {}", shown(first), shown(second), shown(output))]
    TwoToOne {
        /// One picture.
        first: PathBuf,
        /// The other.
        second: PathBuf,
        /// The file.
        output: PathBuf,
    },
    /// A picture would be written over itself.
    #[error("{}: would be written over itself", shown(output))]
    OverItself {
        /// The file.
        output: PathBuf,
    },
    /// A picture would be written over another input, or to the same file as another under another name.
    #[error(transparent)]
    Clash(#[from] Clash),
}

/// Makes sure that no picture is written over an input, and no two to one file, under any name that these have. A
/// picture may be written over itself if `in_place`.
///
/// # Errors
/// The first conflict.
pub fn check(pairs: &[Pair], in_place: bool) -> Result<(), Conflict> {
    let mut written = HashMap::with_capacity(pairs.len());
    let (mut inputs, mut outputs) = (Vec::with_capacity(pairs.len()), Vec::with_capacity(pairs.len()));
    for Pair { input, output, format } in pairs {
        if format.is_err() {
            inputs.push(&**input);
            continue;
        }
        if let Some(first) = written.insert(output, input) {
            let (first, second) = (first.clone(), input.clone());
            return Err(Conflict::TwoToOne { first, second, output: output.clone() });
        }
        outputs.push(&**output);
        if !is_same_file(input, output) {
            inputs.push(&**input);
        } else if !in_place {
            return Err(Conflict::OverItself { output: output.clone() });
        }
    }
    Ok(check_outputs(&inputs, &outputs)?)
}

/// An event of a batch.
#[derive(Debug)]
pub enum Event<'e> {
    /// Work on a picture begins.
    Started(&'e Pair),
    /// A picture was written, or failed.
    Ended(&'e Pair, &'e Result<Converted, Error>),
}

/// Most bytes of pictures that are in memory as a whole at the same time.
const MOST_BYTES: u64 = 1 << 30;

/// Takes every picture through the job, `at_once` at a time, or fewer if they are large or the system gives fewer
/// threads. Returns the failures in the order of the pairs. `report` is called on several threads.
pub fn run(job: &Job, pairs: &[Pair], at_once: usize, report: &(dyn Fn(Event) + Sync)) -> Vec<Error> {
    let room = Room::new(MOST_BYTES);
    let work = |pair: &Pair| match &pair.format {
        Ok(format) => convert_within(job, Input::File(&pair.input), Target::File(&pair.output, *format), Some(&room)),
        Err(problem) => Err(Error::Input(problem.clone())),
    };
    run_each(&work, pairs, at_once, report)
}

/// Does the work on every pair. A panic is a failure of its pair alone.
fn run_each(
    work: &(dyn Fn(&Pair) -> Result<Converted, Error> + Sync),
    pairs: &[Pair],
    at_once: usize,
    report: &(dyn Fn(Event) + Sync),
) -> Vec<Error> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut failures = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(pair) = pairs.get(index) else { return failures };
            report(Event::Started(pair));
            let unforeseen = |_| Err(Error::Unforeseen { input: shown(&pair.input) });
            let result = guarded(|| work(pair)).unwrap_or_else(unforeseen);
            report(Event::Ended(pair, &result));
            if let Err(error) = result {
                failures.push((index, error));
            }
        }
    };
    let failures: BTreeMap<usize, Error> = thread::scope(|scope| {
        let others = (1..at_once.min(pairs.len())).map_while(|_| Builder::new().spawn_scoped(scope, worker).ok());
        let others: Vec<_> = others.collect();
        let failures = worker();
        let joined = others.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)));
        joined.flatten().chain(failures).collect()
    });
    failures.into_values().collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn pair(input: &Path, output: &Path) -> Pair {
        Pair { input: input.into(), output: output.into(), format: Ok(Format::Png) }
    }

    #[test]
    fn two_pictures_may_not_go_to_one_file() {
        let pairs = ["x/a.png", "y/a.png"].map(|input| pair(input.as_ref(), "out/a.png".as_ref()));
        let conflict = check(&pairs, true).unwrap_err();
        assert_eq!(conflict.to_string(), "x/a.png and y/a.png: would both be written to out/a.png");
    }

    #[test]
    fn a_picture_goes_over_itself_only_in_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        std::fs::write(&path, "").unwrap();
        let pairs = [pair(&path, &path)];
        assert_eq!(check(&pairs, false), Err(Conflict::OverItself { output: path.clone() }));
        assert_eq!(check(&pairs, true), Ok(()));
    }

    #[test]
    fn a_picture_never_goes_over_another_that_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("done")).unwrap();
        for name in ["a.png", "b.png", "done/a.png"] {
            std::fs::write(at(name), "").unwrap();
        }
        let pairs = [pair(&at("a.png"), &at("done/a.png")), pair(&at("done/../done/a.png"), &at("done/b.png"))];
        for in_place in [false, true] {
            assert!(matches!(check(&pairs, in_place), Err(Conflict::Clash(Clash::WithInput { .. }))));
        }
        let pairs = [pair(&at("a.png"), &at("new.png")), pair(&at("b.png"), &at("done/../new.png"))];
        assert!(matches!(check(&pairs, true), Err(Conflict::Clash(Clash::WithOutput { .. }))));
        // An input that will not be read is still an input.
        let failed = Pair { format: Err("no picture".into()), ..pair(&at("b.png"), &at("none")) };
        assert!(check(&[pair(&at("a.png"), &at("b.png")), failed], true).is_err());
    }

    #[test]
    fn failures_are_told_in_order_and_stop_nothing() {
        let problem =
            |name: &str| Pair { format: Err(format!("{name}: is no picture")), ..pair(name.as_ref(), name.as_ref()) };
        let ended = AtomicUsize::new(0);
        let count = |event: Event| {
            ended.fetch_add(usize::from(matches!(event, Event::Ended(..))), Ordering::Relaxed);
        };
        let failures = run(&Job::default(), &["a", "b", "c"].map(problem), 2, &count);
        let messages: Vec<_> = failures.iter().map(|error| error.to_string()).collect();
        assert_eq!(messages, ["a: is no picture", "b: is no picture", "c: is no picture"]);
        assert_eq!(ended.into_inner(), 3);
    }

    #[test]
    fn a_panic_is_the_failure_of_one_picture() {
        let pairs = ["a", "b", "c", "d"].map(|name| pair(name.as_ref(), name.as_ref()));
        let work = |pair: &Pair| match pair.input.to_str() {
            Some("b") => panic!("unforeseen"),
            Some("c") => Err(Error::Input("c: is no picture".into())),
            _ => Ok(Converted { shape: (1, 1, 1), depth: "u8", notes: Vec::new() }),
        };
        for at_once in [1, 3] {
            let made = AtomicUsize::new(0);
            let count = |event: Event| {
                made.fetch_add(usize::from(matches!(event, Event::Ended(_, Ok(_)))), Ordering::Relaxed);
            };
            let failures = run_each(&work, &pairs, at_once, &count);
            let messages: Vec<_> = failures.iter().map(|error| error.to_string()).collect();
            let expected = "b: could not be worked on: a fault of this program";
            assert_eq!((messages, made.into_inner()), (vec![expected.into(), "c: is no picture".to_string()], 2));
        }
    }
}
