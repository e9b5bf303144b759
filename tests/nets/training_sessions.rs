//! Whole trainings through the library: settings and a data set in, a net and events out.

use std::ops::ControlFlow;

use glassbox_dnn::training::{Data, Ending, Event, Order, Plan, Precision, Session, Settings, Trained};
use glassbox_dnn::{AnyNet, Error, Model, Net, Rule};
use glassbox_formats::data::Labelled;
use glassbox_tensor::Batch;

use crate::support::programs::bars;

fn settings(layers: &str) -> Settings {
    let (epochs, batch, rate) = (Some(3), Some(8), Some(0.01));
    Settings { layers: Some(layers.into()), epochs, batch, rate, ..Settings::default() }
}

fn train(settings: &Settings, data: &Data) -> Trained {
    let plan = Plan::new(settings, data).unwrap();
    Session::new(&plan, data).run(&mut |_| ControlFlow::Continue(())).unwrap()
}

fn numbers(net: &AnyNet) -> Vec<f32> {
    let AnyNet::F32(net) = net else { panic!("f32") };
    net.to_arrays().iter().flat_map(|(_, array)| array.as_slice().to_vec()).collect()
}

#[test]
fn a_few_lines_train_a_net() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::open(bars(folder.path())).unwrap();
    let plan = Plan::new(&settings("conv 4 3x3 same | relu | max-pool 2 | dense CLASSES"), &data).unwrap();
    assert_eq!((plan.loss.as_str(), plan.way(), plan.classes), ("cross-entropy", "batches", 3));
    assert_eq!(plan.layers, "conv 4 3x3 same | relu | max-pool 2 | dense 3 | softmax");
    let mut told = Vec::new();
    let trained = Session::new(&plan, &data).run(&mut |event| {
        match event {
            Event::Started { outputs, samples, .. } => told.push(format!("start {outputs} {samples}")),
            Event::EpochStarted(epoch) => told.push(format!("epoch {epoch}")),
            Event::Epoch { epoch, .. } => told.push(format!("done {} of {}", epoch.number, epoch.of)),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    let trained = trained.unwrap();
    assert_eq!(told, ["start 3 300", "epoch 1", "done 1 of 3", "epoch 2", "done 2 of 3", "epoch 3", "done 3 of 3"]);
    assert_eq!((trained.ending, trained.epochs.len(), trained.best.is_none()), (Ending::Complete, 3, true));
    assert!(trained.epochs[2].test.hits > Some(60), "{:?}", trained.epochs);
    // The file gives the same net back, with its loss.
    let path = folder.path().join("model.safetensors");
    trained.net.save(&path, &plan.about()).unwrap();
    let model = Model::load(&path).unwrap();
    assert_eq!((numbers(&model.net), &model.about), (numbers(&trained.net), &plan.about()));
    let pictures = glassbox_dnn::Dataset { images: &data.test.images, labels: &data.test.labels };
    assert_eq!(model.evaluate(pictures).unwrap().hits, trained.epochs[2].test.hits.unwrap());
    assert_eq!(Net::<f64>::load(&path).unwrap().text(), model.net.text());
}

#[test]
fn nothing_set_is_the_article() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::open(bars(folder.path())).unwrap();
    let plan = Plan::new(&Settings::default(), &data).unwrap();
    assert_eq!((plan.layers.as_str(), plan.rule), (glassbox_dnn::ARTICLE, Some(Rule::Code)));
    assert_eq!((plan.order, plan.precision, plan.init.as_str()), (Order::File, Precision::F32, "uniform"));
    assert_eq!((plan.recipe.rate, plan.recipe.epochs, plan.recipe.seed), (0.2, 3, 9));
}

#[test]
fn an_answer_to_an_event_interrupts_and_a_checkpoint_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::open(bars(folder.path())).unwrap();
    // In batches it stops after one; the article's way reports only after all of these few samples.
    for (layers, done) in [("dense 6 | relu | dense 3", 1), ("dense 6 | sigmoid | dense 3 | sigmoid", 2)] {
        let kept = folder.path().join(layers.replace(' ', ""));
        let settings = Settings { hold_out: Some(60), batch: None, order: Some(Order::Shuffle), ..settings(layers) };
        let (plan, whole) = (Plan::new(&settings, &data).unwrap(), train(&settings, &data));
        let run = |resume: bool, stop: Option<usize>, told: &mut Vec<String>| {
            let session = Session::new(&plan, &data).with_checkpoints(&kept, resume);
            let mut report = |event: Event| {
                match event {
                    Event::Progress(_) if told.iter().filter(|told| *told == "epoch").count() == stop.unwrap_or(9) => {
                        return ControlFlow::Break(());
                    }
                    Event::EpochStarted(_) => told.push("epoch".into()),
                    Event::Resumed { epoch, .. } => told.push(format!("after {epoch}")),
                    Event::NoCheckpoint(_) => told.push("none".into()),
                    _ => {}
                }
                ControlFlow::Continue(())
            };
            session.run(&mut report)
        };
        let mut told = Vec::new();
        assert_eq!(run(true, Some(2), &mut told).unwrap().ending, Ending::Interrupted { epoch: 2 });
        assert_eq!(told, ["none", "epoch", "epoch"]);
        assert!(matches!(run(false, None, &mut Vec::new()), Err(Error::HasCheckpoints { .. })));
        told.clear();
        let resumed = run(true, None, &mut told).unwrap();
        assert_eq!((&told[0], resumed.ending), (&format!("after {done}"), Ending::Complete));
        assert_eq!(resumed.epochs.len(), 3);
        assert_eq!(numbers(&resumed.net), numbers(&whole.net), "{layers}");
        let [(epoch, net), (whole_epoch, whole_net)] = [resumed.best.unwrap(), whole.best.unwrap()];
        assert_eq!((epoch, numbers(&net)), (whole_epoch, numbers(&whole_net)), "{layers}");
    }
}

/// The article's way cannot go on in the middle of an epoch: it must not leave a checkpoint from there.
#[test]
fn the_article_interrupted_goes_on_from_the_epoch_before() {
    let folder = tempfile::tempdir().unwrap();
    let mut data = Data::open(bars(folder.path())).unwrap();
    // 6000 samples: progress is told after 5000.
    let (pixels, labels) = (data.train.images.as_slice().repeat(20), data.train.labels.repeat(20));
    data.train = Labelled { images: Batch::from_vec([6000, 6, 5, 1], pixels).unwrap(), labels };
    let settings =
        Settings { batch: None, order: Some(Order::Shuffle), ..settings("dense 6 | sigmoid | dense 3 | sigmoid") };
    let (plan, whole) = (Plan::new(&settings, &data).unwrap(), train(&settings, &data));
    let kept = folder.path().join("kept");
    let run = |report: &mut (dyn FnMut(Event) -> ControlFlow<()> + Send)| {
        Session::new(&plan, &data).with_checkpoints(&kept, true).run(report).unwrap()
    };
    let mut epoch_under_way = 0;
    let interrupted = run(&mut |event| {
        match event {
            Event::EpochStarted(epoch) => epoch_under_way = epoch,
            Event::Progress(progress) if epoch_under_way == 2 && progress.seen == 5000 => return ControlFlow::Break(()),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    assert_eq!(interrupted.ending, Ending::Interrupted { epoch: 2 });
    let mut resumed_at = None;
    let resumed = run(&mut |event| {
        if let Event::Resumed { epoch, seen, .. } = event {
            resumed_at = Some((epoch, seen));
        }
        ControlFlow::Continue(())
    });
    assert_eq!((resumed_at, resumed.ending), (Some((1, 0)), Ending::Complete));
    assert_eq!(numbers(&resumed.net), numbers(&whole.net));
}

#[test]
fn patience_ends_a_training_that_gets_no_better() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::open(bars(folder.path())).unwrap();
    let settings = Settings { epochs: Some(200), patience: Some(2), ..settings("dense 8 | relu | dense 3") };
    let trained = train(&settings, &data);
    let (best, last) = (trained.best.unwrap().0, trained.epochs.len());
    assert_eq!((trained.ending, last), (Ending::OutOfPatience, best + 2));
    assert_eq!(trained.epochs[0].held_out.unwrap().total, 25);
}

#[test]
fn settings_that_cannot_be_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::open(bars(folder.path())).unwrap();
    let refused = |settings: Settings| match Plan::new(&settings, &data) {
        Err(Error::Setting { name, problem }) => (name, problem),
        other => panic!("{other:?}"),
    };
    let none = Settings::default();
    assert_eq!(
        refused(Settings { rate: Some(-1.0), ..none.clone() }),
        ("lr", "found -1; a number above 0 is allowed".into())
    );
    assert_eq!(refused(Settings { hold_out: Some(300), ..none.clone() }).0, "hold-out");
    assert_eq!(refused(Settings { rule: Some(Rule::Code), batch: Some(4), ..none.clone() }).0, "rule");
    let both = Settings { preset: Some("mlp".into()), layers: Some("dense 3".into()), ..none };
    assert_eq!(refused(both).0, "layers");
}
