//! A whole training: from a few settings and a data set to a net.
//!
//! [`Settings`] say what differs from the defaults, [`Plan`] decides everything that they leave open, [`Session`]
//! trains. What happens meanwhile is told as [`Event`]s; the answer to one can end the training.
//!
//! ```no_run
//! use glassbox_dnn::training::{Data, Event, Plan, Session, Settings};
//! use std::ops::ControlFlow;
//!
//! let data = Data::open("data/mnist.npz")?;
//! let plan = Plan::new(&Settings { preset: Some("lenet5".into()), epochs: Some(3), ..Settings::default() }, &data)?;
//! let trained = Session::new(&plan, &data).run(&mut |event| {
//!     if let Event::Epoch { epoch, .. } = event {
//!         println!("epoch {}: {:?} of {} test pictures right", epoch.number, epoch.test.hits, epoch.test.total);
//!     }
//!     ControlFlow::Continue(())
//! })?;
//! plan.model(trained.net, &data)?.save("model.npz")?;
//! # Ok::<(), glassbox_dnn::Error>(())
//! ```

mod average;
mod checkpoint;
mod data;
mod epoch;
mod first_weights;
mod learner;
mod material;
mod noise_class;
mod pictures;
mod plan;
mod presets;
mod recipe;
mod schedule;
mod session;
mod settings;
mod to_model;
mod trainer;

pub use data::Data;
pub use epoch::Epoch;
pub use material::Material;
pub use pictures::Pictures;
pub use plan::Plan;
pub use presets::{Preset, preset, presets};
pub use recipe::Recipe;
pub use schedule::Schedule;
pub use session::{Ending, Event, Session, Trained};
pub use settings::{DEFAULT_SEED, Order, Precision, Settings};
pub use trainer::Trainer;
