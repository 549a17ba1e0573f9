//! Whom the mail server's certificate is held against: those that browsers trust, and the school's own CA. It is always
//! verified.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// `ca` are further certificates in PEM; the error is a sentence.
pub(super) fn config(ca: Option<&[u8]>) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(pem) = ca {
        add(&mut roots, pem).ok_or_else(no_certificate)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("encryption can't be set up: {error}"))?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

/// `None` where it is not one certificate or several.
fn add(roots: &mut RootCertStore, pem: &[u8]) -> Option<()> {
    let mut count = 0;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate.ok()?).ok()?;
        count += 1;
    }
    (count > 0).then_some(())
}

fn no_certificate() -> String {
    "the file that `mail.smtp.ca` names holds no certificate: it begins with `-----BEGIN CERTIFICATE-----`".to_owned()
}
