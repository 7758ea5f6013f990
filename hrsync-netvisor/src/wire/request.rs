//! Addresses and requests.

use bytes::Bytes;
use hrsync_core::{Error, ErrorKind, Outcome};
use http::header::CONTENT_TYPE;
use url::Url;

use super::Resource;
use crate::VENDOR;

/// The body type that is sent; the vendor reads the body whatever this says. \[client\]
const XML: &str = "text/xml; charset=utf-8";

/// A query parameter. Values hold only characters that need no encoding, because clients disagree on whether the encoded or
/// the decoded address is signed.
pub(crate) type Parameter<'a> = (&'static str, &'a str);

/// The address of `resource` below `base`, whose path is kept as a prefix.
fn address(base: &Url, resource: Resource, parameters: &[Parameter<'_>]) -> String {
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    let path = format!("{}/{}", base.path().trim_end_matches('/'), resource.name());
    url.set_path(&path);
    let mut address = String::from(url);
    for (index, (name, value)) in parameters.iter().enumerate() {
        debug_assert!(value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "a value that needs encoding");
        address.push(if index == 0 { '?' } else { '&' });
        address.push_str(name);
        address.push('=');
        address.push_str(value);
    }
    address
}

/// A read: `GET` with its arguments in the query. \[doc\]
pub(crate) fn get(
    base: &Url,
    resource: Resource,
    parameters: &[Parameter<'_>],
) -> hrsync_core::Result<http::Request<Bytes>> {
    http::Request::get(address(base, resource, parameters)).body(Bytes::new()).map_err(|_| cannot_build(resource))
}

/// A write: `POST` with its arguments in the query and XML in the body. \[doc\]
pub(crate) fn post(
    base: &Url,
    resource: Resource,
    parameters: &[Parameter<'_>],
    body: String,
) -> hrsync_core::Result<http::Request<Bytes>> {
    http::Request::post(address(base, resource, parameters))
        .header(CONTENT_TYPE, XML)
        .body(Bytes::from(body))
        .map_err(|_| cannot_build(resource))
}

fn cannot_build(resource: Resource) -> Error {
    Error::new(ErrorKind::Unexpected, "the address of the request cannot be built from the base address")
        .with_vendor(VENDOR)
        .with_operation(resource.name())
        .with_outcome(Outcome::NotSent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(base: &str, parameters: &[Parameter<'_>]) -> String {
        let base = Url::parse(base).unwrap();
        get(&base, Resource::GetEmployee, parameters).unwrap().uri().to_string()
    }

    #[test]
    fn a_path_prefix_belongs_to_the_base() {
        assert_eq!(uri("https://integration.netvisor.fi", &[]), "https://integration.netvisor.fi/getemployee.nv");
        assert_eq!(uri("https://integration.netvisor.fi/", &[]), "https://integration.netvisor.fi/getemployee.nv");
        assert_eq!(
            uri("https://isvapi.netvisor.fi/netvisor/", &[("netvisorkey", "8"), ("employmentperiods", "1")]),
            "https://isvapi.netvisor.fi/netvisor/getemployee.nv?netvisorkey=8&employmentperiods=1"
        );
    }

    #[test]
    fn the_default_port_is_not_part_of_the_address_and_another_one_is() {
        assert_eq!(uri("https://integration.netvisor.fi:443", &[]), "https://integration.netvisor.fi/getemployee.nv");
        assert_eq!(uri("http://127.0.0.1:8080", &[]), "http://127.0.0.1:8080/getemployee.nv");
    }
}
