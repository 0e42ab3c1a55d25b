//! Turns `assets/` into a table of hashed, compressed files that the binary carries.
//!
//! For `assets/app.css` it makes the name `app-<hash>.css`, its brotli and gzip forms, and one arm of the
//! macro `url!`, so that a page naming a file that is not there does not compile. Style sheets, scripts and
//! manifests may name pictures and fonts as `/assets/logo.svg`: the hashed name is put there.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo looks into folders here, so a new, changed or removed file is seen.
    println!("cargo::rerun-if-changed=assets");
    // `sqlx::migrate!` embeds this folder; without this line a new migration would not be compiled in.
    println!("cargo::rerun-if-changed=migrations");

    let source = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("assets");
    let target = PathBuf::from(variable("OUT_DIR")?);
    let mut names = fs::read_dir(&source)?
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect::<Result<Vec<_>, _>>()?;
    names.retain(|name| !name.starts_with('.'));
    // What names no other file comes first, so that its hashed name is known to those that do.
    names.sort_by_key(|name| (names_others(name), name.clone()));

    let mut table = String::new();
    let mut urls = String::new();
    let mut made: Vec<Asset> = Vec::new();
    for name in &names {
        let mut content = fs::read(source.join(name)).map_err(|error| format!("assets/{name}: {error}"))?;
        if names_others(name) {
            content = with_hashed_names(name, content, &made)?;
        }
        let asset = Asset::make(&target, name, &content)?;
        asset.row(&mut table)?;
        writeln!(urls, "    ({:?}) => {{ {:?} }};", asset.name, format!("/assets/{}", asset.hashed))?;
        made.push(asset);
    }
    let code = format!(
        "static FILES: &[File] = &[\n{table}];\n\n\
         /// The address of a file of `assets/`. A name that is not there does not compile.\n\
         macro_rules! url {{\n{urls}}}\n"
    );
    fs::write(target.join("assets.rs"), code)?;
    Ok(())
}

fn variable(name: &str) -> Result<std::ffi::OsString, String> {
    #[expect(clippy::disallowed_methods, reason = "cargo talks to build scripts through the environment")]
    std::env::var_os(name).ok_or_else(|| format!("cargo did not set {name}"))
}

fn names_others(name: &str) -> bool {
    [".css", ".js", ".webmanifest"].iter().any(|extension| name.ends_with(extension))
}

/// Puts the hashed name wherever `/assets/<name>` stands; a name that is not there stops the build.
fn with_hashed_names(name: &str, content: Vec<u8>, made: &[Asset]) -> Result<Vec<u8>, Box<dyn Error>> {
    let content = String::from_utf8(content).map_err(|_| format!("assets/{name}: not UTF-8"))?;
    let mut parts = content.split("/assets/");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c)).unwrap_or(part.len());
        let (other, rest) = part.split_at(end);
        let asset = made
            .iter()
            .find(|asset| asset.name == other && !names_others(other))
            .ok_or_else(|| format!("assets/{name} names /assets/{other}, which is not there"))?;
        result.extend(["/assets/", &asset.hashed, rest]);
    }
    Ok(result.into_bytes())
}

/// One file of `assets/` and what was made of it.
struct Asset {
    name: String,
    hashed: String,
    hash: String,
    content_type: &'static str,
    identity: PathBuf,
    brotli: Option<PathBuf>,
    gzip: Option<PathBuf>,
}

impl Asset {
    fn make(target: &Path, name: &str, content: &[u8]) -> Result<Self, Box<dyn Error>> {
        let (stem, extension) =
            name.rsplit_once('.').ok_or_else(|| format!("assets/{name}: no extension"))?;
        let content_type =
            content_type(extension).ok_or_else(|| format!("assets/{name}: unknown kind of file"))?;
        let plain = stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if !plain {
            return Err(format!("assets/{name}: only letters, digits, `-`, `_` and `.` in names").into());
        }
        // 64 bits tell two versions of one file apart for longer than anyone will make them.
        let hash = Sha256::digest(content).iter().take(8).fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let hashed = format!("{stem}-{hash}.{extension}");
        let identity = target.join(&hashed);
        fs::write(&identity, content)?;
        let keep = |suffix: &str, packed: Vec<u8>| -> Result<Option<PathBuf>, std::io::Error> {
            if packed.len() >= content.len() {
                return Ok(None);
            }
            let path = target.join(format!("{hashed}.{suffix}"));
            fs::write(&path, packed)?;
            Ok(Some(path))
        };
        Ok(Self {
            brotli: keep("br", brotli(content)?)?,
            gzip: keep("gz", gzip(content)?)?,
            name: name.to_owned(),
            hash,
            content_type,
            identity,
            hashed,
        })
    }

    fn row(&self, table: &mut String) -> std::fmt::Result {
        let packed = |path: &Option<PathBuf>| {
            path.as_ref().map_or("None".to_owned(), |path| {
                format!("Some(include_bytes!({:?}))", path.to_string_lossy())
            })
        };
        writeln!(table, "    File {{")?;
        writeln!(table, "        hashed: {:?},", self.hashed)?;
        writeln!(table, "        hash: {:?},", self.hash)?;
        writeln!(table, "        content_type: {:?},", self.content_type)?;
        writeln!(table, "        identity: include_bytes!({:?}),", self.identity.to_string_lossy())?;
        writeln!(table, "        brotli: {},", packed(&self.brotli))?;
        writeln!(table, "        gzip: {},", packed(&self.gzip))?;
        writeln!(table, "    }},")
    }
}

fn content_type(extension: &str) -> Option<&'static str> {
    Some(match extension {
        "css" => "text/css; charset=utf-8",
        "ico" => "image/x-icon",
        "js" => "text/javascript; charset=utf-8",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

fn brotli(content: &[u8]) -> Result<Vec<u8>, std::io::Error> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
    brotli::BrotliCompress(&mut &content[..], &mut packed, &parameters)?;
    Ok(packed)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>, std::io::Error> {
    // No file name and no time in the header: the same input is the same output.
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}
