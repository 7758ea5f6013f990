//! Keys of the host, and values sealed with them.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretBox};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::clock::Entropy;
use crate::error::{Error, ErrorKind, Result, Scope};

/// The code of an error about a key that is no longer in the ring.
pub(crate) const KEY_MISSING: &str = "key_missing";

/// The code of what went with the key of a person who was erased.
pub(crate) const KEY_ERASED: &str = "erased";

/// The code of a sealed text that was altered, or whose key is another one under the same number.
pub(crate) const SEAL_ALTERED: &str = "seal_altered";

/// The number of a key in a [`KeyRing`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(pub u32);

/// 256 secret bits.
pub struct Key(SecretBox<[u8; 32]>);

impl Key {
    /// The key made of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// A key for one purpose, derived from this one.
    pub(crate) fn derive(&self, purpose: &[&[u8]]) -> Self {
        let mut mac = keyed(self.0.expose_secret());
        for part in purpose {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Self::new(mac.finalize().into_bytes().into())
    }

    pub(crate) fn mac(&self) -> Hmac<Sha256> {
        keyed(self.0.expose_secret())
    }
}

/// HMAC with a key of its native size.
fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    block[..32].copy_from_slice(key);
    <Hmac<Sha256> as KeyInit>::new(&block)
}

impl Clone for Key {
    fn clone(&self) -> Self {
        Self::new(*self.0.expose_secret())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key([redacted])")
    }
}

/// The host's keys: the present one seals and fingerprints, older ones stay readable until they are dropped.
///
/// A number stands for the same key for ever: under a number that is given to another key, every baseline made before looks
/// as if both sides had changed.
///
/// Implement it over the host's secret store; [`StaticKeys`] holds keys given at start-up.
pub trait KeyRing: fmt::Debug + Send + Sync + 'static {
    /// The key to use from now on.
    fn current(&self) -> (KeyId, Key);

    /// A key by its number, `None` when it is no longer there.
    fn get(&self, id: KeyId) -> Option<Key>;
}

/// Keys given at start-up; the last one is current.
#[derive(Clone)]
pub struct StaticKeys(Vec<(KeyId, Key)>);

impl StaticKeys {
    /// A ring with one key, number 1.
    pub fn new(key: [u8; 32]) -> Self {
        Self(vec![(KeyId(1), Key::new(key))])
    }

    /// A ring with one random key of a random number, so that it is not taken for another one's. What it seals cannot be
    /// opened after a restart, so this is for trying things out.
    ///
    /// # Errors
    /// The source of randomness failed.
    pub fn random(entropy: &dyn Entropy) -> Result<Self> {
        let (mut key, mut number) = ([0; 32], [0; 4]);
        entropy.fill(&mut key)?;
        entropy.fill(&mut number)?;
        // 0 stands for no key.
        Ok(Self(vec![(KeyId(u32::from_be_bytes(number).max(1)), Key::new(key))]))
    }

    /// Adds a key, which becomes the current one.
    #[must_use]
    pub fn rotate(mut self, id: KeyId, key: [u8; 32]) -> Self {
        self.0.retain(|(other, _)| *other != id);
        self.0.push((id, Key::new(key)));
        self
    }
}

impl fmt::Debug for StaticKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(id, _)| id)).finish()
    }
}

impl KeyRing for StaticKeys {
    fn current(&self) -> (KeyId, Key) {
        // Both constructors put a key in.
        self.0.last().cloned().unwrap_or_else(|| (KeyId(0), Key::new([0; 32])))
    }

    fn get(&self, id: KeyId) -> Option<Key> {
        self.0.iter().find(|(other, _)| *other == id).map(|(_, key)| key.clone())
    }
}

/// A value encrypted for keeping: one that a person entered, or the vendor's own words.
///
/// XChaCha20-Poly1305. What is carried along for a while, as in a plan, is sealed under a key derived from the ring. What is stored
/// is sealed under a random key of the person it is about, which is stored wrapped and destroyed when the person is erased; the
/// engine opens it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    key: KeyId,
    /// Sealed under the key of the person it is about.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    person: bool,
    about: String,
    nonce: String,
    data: String,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Sealed {
    /// Seals `text`, which is `about` a person (an id) of a connection.
    ///
    /// # Errors
    /// The source of randomness failed.
    pub fn new(keys: &dyn KeyRing, entropy: &dyn Entropy, about: &str, text: &str) -> Result<Self> {
        let (id, key) = keys.current();
        Self::under((id, &key), false, entropy, about, text)
    }

    /// Seals `text` under the key of the person it is about.
    pub(crate) fn for_person(key: &Key, entropy: &dyn Entropy, about: &str, text: &str) -> Result<Self> {
        Self::under((KeyId(0), key), true, entropy, about, text)
    }

    fn under((id, key): (KeyId, &Key), person: bool, entropy: &dyn Entropy, about: &str, text: &str) -> Result<Self> {
        let mut nonce = [0; 24];
        entropy.fill(&mut nonce)?;
        let payload = Payload { msg: text.as_bytes(), aad: about.as_bytes() };
        let data = cipher(key, about)
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| Error::new(ErrorKind::Unexpected, "a value could not be sealed"))?;
        Ok(Self { key: id, person, about: about.to_owned(), nonce: HEX.encode(&nonce), data: HEX.encode(&data) })
    }

    /// The person under whose key it is sealed; `None` for one under the ring's.
    pub(crate) fn person(&self) -> Option<&str> {
        self.person.then_some(self.about.as_str())
    }

    /// Opens the seal of what is carried along. What comes out is personal data. What is stored is opened by
    /// [`Engine::open`](crate::Engine::open).
    ///
    /// # Errors
    /// The key is gone, or the sealed text was altered.
    pub fn open(&self, keys: &dyn KeyRing) -> Result<String> {
        if self.person {
            return Err(Error::new(ErrorKind::Unsupported, "this is sealed under a person's key, which the store has"));
        }
        let key = keys.get(self.key).ok_or_else(|| {
            Error::new(ErrorKind::ConfigInvalid, format!("key {} is not in the key ring", self.key.0))
                .with_code(KEY_MISSING)
                .with_scope(Scope::Platform)
                .with_fixer(crate::error::Fixer::HostDeveloper)
        })?;
        self.open_with(&key)
    }

    /// Opens the seal with its key.
    pub(crate) fn open_with(&self, key: &Key) -> Result<String> {
        let broken = || {
            let error = Error::new(ErrorKind::Unexpected, "a sealed value was altered");
            error.with_code(SEAL_ALTERED).with_scope(Scope::Platform)
        };
        let nonce: [u8; 24] =
            HEX.decode(self.nonce.as_bytes()).ok().and_then(|nonce| nonce.try_into().ok()).ok_or_else(broken)?;
        let data = HEX.decode(self.data.as_bytes()).map_err(|_| broken())?;
        let payload = Payload { msg: &data, aad: self.about.as_bytes() };
        let text = cipher(key, &self.about).decrypt(&XNonce::from(nonce), payload).map_err(|_| broken())?;
        String::from_utf8(text).map_err(|_| broken())
    }
}

fn cipher(key: &Key, about: &str) -> XChaCha20Poly1305 {
    let key = key.derive(&[b"hrsync/seal/1", about.as_bytes()]);
    XChaCha20Poly1305::new(key.0.expose_secret().into())
}

/// Bytes as lower-case hexadecimal, and back in either case.
pub(crate) const HEX: data_encoding::Encoding = data_encoding::HEXLOWER_PERMISSIVE;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemEntropy;

    #[test]
    fn a_seal_opens_with_its_key_only_and_shows_nothing() {
        let keys = StaticKeys::new([7; 32]);
        let sealed = Sealed::new(&keys, &SystemEntropy, "person 1", "Virtanen").unwrap();
        assert_eq!(sealed.open(&keys).unwrap(), "Virtanen");
        assert!(!format!("{sealed:?}{}", serde_json::to_string(&sealed).unwrap()).contains("Virtanen"));

        let rotated = keys.clone().rotate(KeyId(2), [8; 32]);
        assert_eq!(sealed.open(&rotated).unwrap(), "Virtanen");
        assert_ne!(Sealed::new(&rotated, &SystemEntropy, "person 1", "x").unwrap().key, sealed.key);

        assert_eq!(sealed.open(&StaticKeys::new([9; 32])).unwrap_err().message(), "a sealed value was altered");
        let moved = Sealed { about: "person 2".into(), ..sealed.clone() };
        assert!(moved.open(&keys).is_err());
        let unknown = Sealed { key: KeyId(9), ..sealed };
        assert_eq!(unknown.open(&keys).unwrap_err().code(), "key_missing");
    }
}
