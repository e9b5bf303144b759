use super::material::{Material, Part, dataset};
use super::plan::Plan;
use crate::{AnyNet, Error, Model, Purpose};

impl Plan {
    /// A net of this training as a model: with what the file says beside it and, if it tells classes, with a bank of
    /// the training pictures, so that answers can be trusted or not. Held-out pictures are not in the bank: they tell
    /// how near new ones are.
    ///
    /// # Errors
    /// If the net does not fit the material.
    ///
    /// # Panics
    /// If the plan holds out more pictures than there are: it was made for other material.
    pub fn model<'a>(&self, net: AnyNet, material: impl Into<Material<'a>>) -> Result<Model, Error> {
        let (material, about) = (material.into(), self.about());
        if self.purpose != Purpose::Classify {
            return Ok(Model { net, about, bank: None });
        }
        let [all, _] = material.parts();
        let parts = (self.hold_out > 0).then(|| all.split(self.hold_out, self.recipe.seed));
        let [train, held_out] = match &parts {
            Some([train, held_out]) => [Some(train), Some(held_out)],
            None => [Some(&all), None],
        };
        let [train, held_out] = [train, held_out].map(|part| match part {
            Some(Part::Labelled(labelled)) => Some(dataset(labelled)),
            _ => None,
        });
        let bank = match train {
            Some(train) => {
                net.bank(train, held_out, self.recipe.seed).map_err(|error| error.within(material.name()))?
            }
            None => None,
        };
        Ok(Model { net, about, bank })
    }
}
