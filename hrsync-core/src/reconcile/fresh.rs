//! Both sides of a linked person, just read.

use super::employment::meeting;
use super::engine::Engine;
use super::link::Link;
use super::review::Prints;
use crate::connector::Reading;
use crate::error::{Error, ErrorKind};
use crate::mapping::Mapping;
use crate::model::{Record, Side};

/// Both sides of a linked person, just read.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) link: Link,
    pub(crate) host: Record,
    /// Of several employments, with the one that both speak of.
    pub(crate) vendor: Reading,
}

/// Why somebody was not read.
pub(crate) enum NotRead {
    /// The side says that there is nobody of that id.
    Gone(Side),
    /// The side did not answer so that it could be read.
    Failed(Side, Error),
}

impl Engine {
    /// Reads both sides of a linked person; `reads` counts the calls.
    pub(crate) async fn read_both(
        &self,
        link: &Link,
        mapping: &Mapping,
        prints: &mut Prints<'_>,
        reads: &mut u32,
    ) -> Result<Fresh, NotRead> {
        let host = match self.host.fetch(&link.host).await {
            Ok(Some(employee)) => employee.to_record(),
            Ok(None) => return Err(NotRead::Gone(Side::Host)),
            Err(error) => return Err(NotRead::Failed(Side::Host, error)),
        };
        *reads += self.connector.info().calls_per_reading;
        let as_of = self.as_of();
        let mut vendor = match self.connector.read(&link.vendor, as_of).await {
            Ok(reading) => reading,
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(NotRead::Gone(Side::Vendor)),
            Err(error) => return Err(NotRead::Failed(Side::Vendor, error)),
        };
        let sides = (&host, &vendor.record);
        if let Some(meant) = meeting(mapping, mapping.revision(), prints, Some(link), sides, Some(as_of)) {
            vendor.record = meant;
        }
        Ok(Fresh { link: link.clone(), host, vendor })
    }
}
