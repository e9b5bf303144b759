use serde_json::{Value, json};

/// What a net's answers to some pictures are worth.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// Pictures that were looked at.
    pub total: usize,
    /// Pictures that the net gets right, where there is right and wrong.
    pub hits: Option<usize>,
    /// Mean PSNR in decibels of what the net makes of damaged pictures, where it restores.
    pub psnr: Option<f64>,
    /// Mean loss.
    pub loss: f64,
}

impl Score {
    /// Hits of the total, 0 … 1; 0 for no pictures.
    pub fn accuracy(&self) -> Option<f64> {
        self.hits.map(|hits| hits as f64 / self.total.max(1) as f64)
    }

    /// A number that is larger for better answers: hits, decibels, or the loss with its sign changed.
    pub(crate) fn rank(&self) -> f64 {
        self.hits.map(|hits| hits as f64).or(self.psnr).unwrap_or(-self.loss)
    }

    /// Writes what there is into an object, each name after `prefix`: `test_hits`, `test_total`, `test_loss`.
    pub(crate) fn write(&self, prefix: &str, object: &mut Value) {
        let mut put = |name: &str, value: Value| object[format!("{prefix}_{name}")] = value;
        put("total", self.total.into());
        put("loss", json!(self.loss));
        if let Some(hits) = self.hits {
            put("hits", hits.into());
        }
        if let Some(psnr) = self.psnr {
            put("psnr", json!(psnr));
        }
    }

    /// Reads what [`write`](Self::write) wrote; none if it is not there.
    pub(crate) fn read(prefix: &str, object: &Value) -> Option<Self> {
        let get = |name: &str| &object[format!("{prefix}_{name}")];
        Some(Self {
            total: get("total").as_u64()? as usize,
            hits: get("hits").as_u64().map(|hits| hits as usize),
            psnr: get("psnr").as_f64(),
            loss: get("loss").as_f64()?,
        })
    }
}
