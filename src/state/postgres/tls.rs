//! Encryption on the way to the server: certificates are always verified, against those that browsers trust and the school's own.

use std::sync::Arc;

use camino::Utf8Path;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::files;
use crate::state::record::Fault;

/// What connections are encrypted with.
pub(super) fn connector(own_roots: Option<&Utf8Path>) -> Result<MakeRustlsConnect, Fault> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = own_roots {
        add(&mut roots, path)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Fault::Stuck(format!("encryption can't be set up: {error}")))?;
    Ok(MakeRustlsConnect::new(config.with_root_certificates(roots).with_no_client_auth()))
}

fn add(roots: &mut RootCertStore, path: &Utf8Path) -> Result<(), Fault> {
    let refused = |why: &str| Fault::Stuck(format!("`sslrootcert` of the database's address, `{path}`, {why}"));
    let bytes = files::read(path).map_err(|error| refused(&format!("can't be read: {error}")))?;
    let mut count = 0;
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        let certificate = certificate.map_err(|_| refused("is no certificate in PEM"))?;
        roots.add(certificate).map_err(|_| refused("is no certificate in PEM"))?;
        count += 1;
    }
    if count == 0 { Err(refused("has no certificate in PEM")) } else { Ok(()) }
}
