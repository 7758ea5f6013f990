//! A file that is replaced as a whole.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use hrsync::{Error, Result};
use tempfile::NamedTempFile;

use crate::environment::wrong;

/// A file to be written at the end, found to be writable at the beginning.
#[derive(Debug)]
pub struct OutFile {
    /// The file itself: no link to it.
    path: PathBuf,
    /// Those of the file that is there. A new file is for its owner only.
    permissions: Option<Permissions>,
}

impl OutFile {
    /// Finds out whether the file at `path` can be written, and changes nothing.
    ///
    /// # Errors
    /// It cannot, or what is there is no file.
    pub fn at(path: &Path) -> Result<Self> {
        let out = Self::find(path).map_err(|error| named(path, &error))?;
        out.beside().map_err(|error| named(path, &error))?;
        Ok(out)
    }

    fn find(path: &Path) -> io::Result<Self> {
        match fs::metadata(path) {
            Ok(there) if there.is_dir() => Err(io::Error::other("is a folder; name a file in it")),
            Ok(there) if !there.is_file() => Err(io::Error::other("is not a regular file")),
            Ok(there) => {
                OpenOptions::new().write(true).open(path)?;
                Ok(Self { path: path.canonicalize()?, permissions: Some(there.permissions()) })
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Err(_) if path.is_symlink() => Err(io::Error::other("is a link to a file that does not exist")),
            Err(error) => {
                let name = path.file_name().ok_or(error)?;
                Ok(Self { path: path.with_file_name(name), permissions: None })
            }
        }
    }

    /// A new file in the same folder, which is gone when it is dropped.
    fn beside(&self) -> io::Result<NamedTempFile> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
    }

    /// Writes the file, by way of a second one, so that an interruption leaves the old one whole.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, text: &str) -> Result<()> {
        self.replace(text).map_err(|error| named(&self.path, &error))
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        let mut new = self.beside()?;
        new.write_all(text.as_bytes())?;
        if let Some(permissions) = &self.permissions {
            new.as_file().set_permissions(permissions.clone())?;
        }
        new.as_file().sync_all()?;
        new.persist(&self.path)?;
        Ok(())
    }
}

fn named(path: &Path, error: &io::Error) -> Error {
    wrong(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_are_written_and_nothing_beside_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.json");
        let neighbour = folder.path().join("people.json.new");
        fs::write(&neighbour, "mine").unwrap();
        OutFile::at(&path).unwrap().write("[]\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "[]\n");
        assert_eq!(fs::read_to_string(&neighbour).unwrap(), "mine");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);

        let error = OutFile::at(folder.path()).unwrap_err();
        assert!(error.message().ends_with("is a folder; name a file in it"), "{error}");
        let error = OutFile::at(&folder.path().join("nowhere").join("people.json")).unwrap_err();
        assert!(error.message().contains("nowhere"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (path, link) = (folder.path().join("people.json"), folder.path().join("link.json"));
        OutFile::at(&path).unwrap().write("[1]").unwrap();
        assert_eq!(mode(&path), 0o600);

        fs::set_permissions(&path, Permissions::from_mode(0o664)).unwrap();
        symlink("people.json", &link).unwrap();
        OutFile::at(&link).unwrap().write("[2]").unwrap();
        assert!(link.is_symlink());
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode(&path)), ("[2]", 0o664));

        let device = OutFile::at(Path::new("/dev/null")).unwrap_err();
        assert!(device.message().ends_with("/dev/null: is not a regular file"), "{device}");
        let nowhere = folder.path().join("nowhere.json");
        symlink("absent.json", &nowhere).unwrap();
        assert!(OutFile::at(&nowhere).unwrap_err().message().contains("does not exist"));
    }
}
