#include "cli/packing/publishing.hpp"

#include <cstdlib>
#include <fstream>

#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"
#include "hoist/base/whatwg_url.hpp"
#include "hoist/package/tar_reader.hpp"
#include "hoist/package/version.hpp"

namespace hoist::cli {
namespace {

namespace fs = std::filesystem;

/// A folder that is gone when its owner is.
class ScratchFolder {
 public:
  ScratchFolder() {
    auto name = (fs::temp_directory_path() / "hoist-publish-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~ScratchFolder() {
    std::error_code error;
    if (!path_.empty()) fs::remove_all(path_, error);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

 private:
  fs::path path_;
};

/// Writes what a manifest is made from: the files at the top of the package and the names of the others.
class ManifestFiles final : public package::TarSink {
 public:
  explicit ManifestFiles(fs::path folder) : folder_(std::move(folder)) {}

  Result<void> begin(const package::TarEntry& entry) override {
    open_ = false;
    if (entry.type != package::TarEntryType::kFile) return {};
    const auto path = folder_ / entry.path;
    HOIST_CHECK(make_directories(path.parent_path()));
    stream_ = std::ofstream(path, std::ios::binary | std::ios::trunc);
    if (!stream_) return std::unexpected(errno_error(errno, "cannot write", path));
    open_ = entry.path.find('/') == std::string_view::npos;
    return {};
  }
  Result<void> data(std::string_view bytes) override {
    if (open_) stream_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return {};
  }
  Result<void> end() override {
    stream_.close();
    return {};
  }

 private:
  fs::path folder_;
  std::ofstream stream_;
  bool open_ = false;
};

std::string text_of(const Json& object, std::string_view key) {
  const auto* text = find_string(object, key);
  return text != nullptr ? *text : std::string();
}

/// `pkg:npm/%40scope/name@1.0.0`
std::string package_url(const std::string& name, const std::string& version) {
  return fmt::format("pkg:npm/{}{}@{}", name.starts_with('@') ? "%40" : "",
                     name.starts_with('@') ? name.substr(1) : name, version);
}

Result<Json> statement_of(const Json& bundle) {
  const Json* envelope = find_member(bundle, "dsseEnvelope");
  const auto* payload = envelope != nullptr ? find_string(*envelope, "payload") : nullptr;
  if (payload == nullptr || payload->empty()) return fail("", "No dsseEnvelope with payload found in sigstore bundle");
  std::string decoded;
  if (!base64_decode(*payload, decoded)) return fail("", "Failed to parse payload from dsseEnvelope");
  return parse_json(decoded, "dsseEnvelope");
}

/// Length as JavaScript counts it.
std::size_t utf16_length(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80) length += byte >= 0xF0 ? 2 : 1;
  }
  return length;
}

}  // namespace

PublishSettings publish_settings(const Config& config, const Json& manifest) {
  PublishSettings settings;
  settings.tag = config.get_string("tag");
  settings.default_tag = config.is_default("tag");
  settings.access = config.get_string("access");
  const Json* own = find_member(manifest, "publishConfig");
  if (own == nullptr || !own->is_object()) return settings;
  for (const auto& [key, value] : own->items()) {
    if (!value.is_string() || config.get(key, Layer::kCli)) continue;
    const auto text = value.get<std::string>();
    if (key == "registry") {
      settings.registry = text;
    } else if (key.starts_with('@') && key.ends_with(":registry")) {
      settings.scope_registries[key.substr(0, key.size() - 9)] = text;
    } else if (key == "tag") {
      settings.tag = text;
      settings.default_tag = false;
    } else if (key == "access") {
      settings.access = text;
    }
  }
  return settings;
}

Result<package::PublishManifest> publish_manifest_of(const PackTarget& target, std::string_view tarball,
                                                     Reporter& reporter) {
  if (target.spec.type == package::SpecType::kDirectory)
    return package::read_publish_manifest(target.spec.fetch_spec, reporter);
  const ScratchFolder scratch;
  if (scratch.path().empty()) return std::unexpected(errno_error(errno, "cannot make", fs::temp_directory_path()));
  ManifestFiles files(scratch.path());
  package::Inflater inflater;
  HOIST_CHECK(package::walk_tarball(tarball, files, inflater));
  auto manifest = package::read_publish_manifest(scratch.path(), reporter);
  if (manifest) manifest->changes.clear();  // they are in a finished archive, nobody can correct them there
  return manifest;
}

Result<Json> publish_document(Json manifest, std::string_view tarball, const PublishSettings& settings,
                              const std::string& registry, std::string_view npm_version,
                              std::string_view node_version) {
  const auto name = text_of(manifest, "name");
  const auto version = package::Version::parse(text_of(manifest, "version"));
  if (!version) return fail("EBADSEMVER", fmt::format("invalid semver: {}", printable(text_of(manifest, "version"))));
  const auto number = version->to_string();
  manifest["_nodeVersion"] = node_version;
  manifest["_npmVersion"] = npm_version;
  manifest["version"] = number;
  manifest.erase("patchedDependencies");
  manifest["_id"] = name + '@' + number;
  const auto file = fmt::format("{}-{}.tgz", name, number);
  HOIST_TRY(const auto base, WhatwgUrl::parse(registry));
  HOIST_TRY(const auto url, WhatwgUrl::parse(fmt::format("{}/-/{}", name, file), base));
  auto address = url.to_string();
  if (address.starts_with("https://")) address.replace(0, 8, "http://");
  Json dist = find_member(manifest, "dist") != nullptr ? manifest["dist"] : Json::object();
  dist["integrity"] = "sha512-" + base64_encode(hash(HashAlgorithm::kSha512, tarball));
  dist["shasum"] = hex_encode(hash(HashAlgorithm::kSha1, tarball));
  dist["tarball"] = address;
  manifest["dist"] = std::move(dist);
  const auto own_tag = text_of(manifest, "tag");
  Json document{{"_id", name}, {"name", name}};
  if (const Json* about = find_member(manifest, "description")) document["description"] = *about;
  document["dist-tags"] = {{own_tag.empty() ? settings.tag : own_tag, number}};
  document["versions"] = {{number, std::move(manifest)}};
  document["access"] = settings.access.empty() ? Json() : Json(settings.access);
  document["_attachments"] = {
      {file,
       {{"content_type", "application/octet-stream"}, {"data", base64_encode(tarball)}, {"length", tarball.size()}}}};
  return document;
}

Result<void> attach_provenance(Json& document, const fs::path& file) {
  HOIST_TRY(const auto text, read_file(file));
  HOIST_TRY(const auto bundle, parse_json(text, file.string()));
  HOIST_TRY(const auto statement, statement_of(bundle));
  const Json* subjects = find_member(statement, "subject");
  if (subjects == nullptr || !subjects->is_array() || subjects->empty())
    return fail("", "No subject found in sigstore bundle payload");
  if (subjects->size() > 1) return fail("", "Found more than one subject in the sigstore bundle payload");
  const auto name = text_of(document, "name");
  const std::string version = document["versions"].begin().key();
  const auto expected = package_url(name, version);
  const auto subject = text_of(subjects->front(), "name");
  if (subject != expected)
    return fail("", fmt::format("Provenance subject {} does not match the package: {}", printable(subject), expected));
  const auto& tarball = document["_attachments"].front()["data"].get_ref<const std::string&>();
  std::string bytes;
  (void)base64_decode(tarball, bytes);
  const Json* digest = find_member(subjects->front(), "digest");
  if (digest == nullptr || text_of(*digest, "sha512") != hex_encode(hash(HashAlgorithm::kSha512, bytes)))
    return fail("", "Provenance subject digest does not match the package");
  const auto serialized = bundle.dump();
  document["_attachments"][fmt::format("{}-{}.sigstore", name, version)] = {
      {"content_type", text_of(bundle, "mediaType")}, {"data", serialized}, {"length", utf16_length(serialized)}};
  return {};
}

}  // namespace hoist::cli
