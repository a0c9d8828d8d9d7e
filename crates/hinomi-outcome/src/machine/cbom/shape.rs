//! The parts of CycloneDX 1.6 that an inventory of keys needs. There is no field for the value of a key.

use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Bom {
    pub(super) bom_format: &'static str,
    pub(super) spec_version: &'static str,
    pub(super) serial_number: String,
    pub(super) version: u32,
    pub(super) metadata: Metadata,
    /// Always an array, also when there is nothing.
    pub(super) components: Vec<Component>,
    pub(super) dependencies: Vec<Dependency>,
}

#[derive(Serialize)]
pub(super) struct Metadata {
    pub(super) timestamp: String,
    pub(super) tools: Tools,
}

#[derive(Serialize)]
pub(super) struct Tools {
    components: [Tool; 1],
}

#[derive(Serialize)]
struct Tool {
    r#type: &'static str,
    name: &'static str,
    version: &'static str,
}

impl Tools {
    pub(super) fn ours() -> Self {
        Self { components: [Tool { r#type: "application", name: "hinomi", version: super::super::VERSION }] }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dependency {
    pub(super) r#ref: String,
    pub(super) depends_on: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Component {
    r#type: &'static str,
    #[serde(rename = "bom-ref")]
    pub(super) bom_ref: String,
    name: String,
    crypto_properties: CryptoProperties,
    #[serde(skip_serializing_if = "Evidence::is_empty")]
    evidence: Evidence,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property>,
}

#[derive(Serialize, Default)]
struct Evidence {
    occurrences: Vec<Occurrence>,
}

impl Evidence {
    fn is_empty(&self) -> bool {
        self.occurrences.is_empty()
    }
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "camelCase")]
struct Occurrence {
    location: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_context: Option<String>,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Property {
    name: String,
    value: String,
}

impl Component {
    pub(super) fn new(bom_ref: String, name: String, crypto_properties: CryptoProperties) -> Self {
        Self {
            r#type: "cryptographic-asset",
            bom_ref,
            name,
            crypto_properties,
            evidence: Evidence::default(),
            properties: Vec::new(),
        }
    }

    /// Adds a place, in order and once.
    pub(super) fn occurs(&mut self, location: &str, additional_context: Option<String>) {
        insert(
            &mut self.evidence.occurrences,
            Occurrence { location: location.to_owned(), additional_context },
        );
    }

    /// Adds a property, in order and once.
    pub(super) fn says(&mut self, name: &str, value: &str) {
        insert(&mut self.properties, Property { name: name.to_owned(), value: value.to_owned() });
    }
}

/// The order of reading must not show.
fn insert<T: Ord>(into: &mut Vec<T>, item: T) {
    if let Err(at) = into.binary_search(&item) {
        into.insert(at, item);
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CryptoProperties {
    pub(super) asset_type: &'static str,
    #[serde(rename = "algorithmProperties", skip_serializing_if = "Option::is_none")]
    pub(super) algorithm: Option<AlgorithmProperties>,
    #[serde(rename = "certificateProperties", skip_serializing_if = "Option::is_none")]
    pub(super) certificate: Option<CertificateProperties>,
    #[serde(rename = "relatedCryptoMaterialProperties", skip_serializing_if = "Option::is_none")]
    pub(super) material: Option<Material>,
    #[serde(rename = "protocolProperties", skip_serializing_if = "Option::is_none")]
    pub(super) protocol: Option<ProtocolProperties>,
}

impl CryptoProperties {
    pub(super) fn of(asset_type: &'static str) -> Self {
        Self { asset_type, algorithm: None, certificate: None, material: None, protocol: None }
    }
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct AlgorithmProperties {
    pub(super) primitive: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parameter_set_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) curve: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) classical_security_level: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nist_quantum_security_level: Option<u8>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CertificateProperties {
    pub(super) subject_name: String,
    pub(super) issuer_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_valid_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_valid_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) signature_algorithm_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subject_public_key_ref: Option<String>,
    pub(super) certificate_format: &'static str,
    pub(super) certificate_extension: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Material {
    pub(super) r#type: &'static str,
    pub(super) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) algorithm_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) creation_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<u32>,
    pub(super) format: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secured_by: Option<SecuredBy>,
}

#[derive(Serialize)]
pub(super) struct SecuredBy {
    pub(super) mechanism: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProtocolProperties {
    pub(super) r#type: &'static str,
    pub(super) version: String,
    pub(super) cipher_suites: Vec<CipherSuite>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) crypto_ref_array: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct CipherSuite {
    pub(super) name: String,
    pub(super) identifiers: Vec<String>,
}
