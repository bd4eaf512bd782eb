#include "cli/packing/tarball_contents.hpp"

#include <algorithm>

#include "hoist/base/collation.hpp"
#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/tar_listing.hpp"

namespace hoist::cli {
namespace {

/// A text whose collation compares numbers by value: every run of digits is led by its length.
std::string numeric_key(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] < '0' || text[i] > '9') {
      out += text[i++];
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    while (i + 1 < end && text[i] == '0') ++i;
    out += fmt::format("{:04}{}", end - i, text.substr(i, end - i));
    i = end;
  }
  return out;
}

/// What npm calls upper case: whatever does not change when it is made so.
bool is_upper(std::string_view path) { return path.empty() || path[0] < 'a' || path[0] > 'z'; }

void sort_files(std::vector<package::TarListEntry>& files) {
  std::ranges::stable_sort(files, [](const auto& a, const auto& b) {
    if (is_upper(a.path) != is_upper(b.path)) return is_upper(a.path);
    return locale_compare(numeric_key(a.path), numeric_key(b.path)) < 0;
  });
}

/// `name` or `@scope/name` at the start of what lies below node_modules.
std::string_view bundled_name(std::string_view path) {
  auto slash = path.find('/');
  if (path.starts_with('@') && slash != std::string_view::npos) slash = path.find('/', slash + 1);
  return path.substr(0, slash);
}

}  // namespace

std::string tarball_filename(std::string_view name, std::string_view version) {
  auto text = fmt::format("{}-{}.tgz", name, version);
  if (text.starts_with('@')) text.erase(0, 1);
  for (char& c : text)
    if (c == '/' || c == '\\') c = '-';
  return text;
}

std::string format_bytes(std::uint64_t bytes, bool space) {
  const char* gap = space ? " " : "";
  const auto value = static_cast<double>(bytes);
  if (bytes < 1000) return fmt::format("{}{}B", bytes, gap);
  if (bytes < 999'950) return fmt::format("{:.1f}{}kB", value / 1e3, gap);
  if (bytes < 999'950'000) return fmt::format("{:.1f}{}MB", value / 1e6, gap);
  return fmt::format("{:.1f}{}GB", value / 1e9, gap);
}

Result<Json> tarball_contents(const std::string& name, const std::string& version, std::string_view tarball) {
  constexpr std::string_view kModules = "package/node_modules/";
  HOIST_TRY(auto files, package::list_tarball(tarball));
  std::uint64_t total = 0;
  std::vector<std::string> bundled;
  for (auto& file : files) {
    total += file.size;
    if (file.path.starts_with(kModules) && file.path.size() > kModules.size()) {
      const std::string found(bundled_name(std::string_view(file.path).substr(kModules.size())));
      if (std::ranges::find(bundled, found) == bundled.end()) bundled.push_back(found);
    }
    if (file.path.starts_with("package/")) file.path.erase(0, 8);
  }
  sort_files(files);
  Json list = Json::array();
  for (const auto& file : files) list.push_back({{"path", file.path}, {"size", file.size}, {"mode", file.mode}});
  return Json{{"id", name + '@' + version},
              {"name", name},
              {"version", version},
              {"size", tarball.size()},
              {"unpackedSize", total},
              {"shasum", hex_encode(hash(HashAlgorithm::kSha1, tarball))},
              {"integrity", "sha512-" + base64_encode(hash(HashAlgorithm::kSha512, tarball))},
              {"filename", tarball_filename(name, version)},
              {"files", std::move(list)},
              {"entryCount", files.size()},
              {"bundled", bundled}};
}

void log_tarball(Console& console, const Json& contents, bool json, const std::string& key) {
  if (json) {
    console.buffer_json(Json{{key, contents}});
    return;
  }
  const auto notice = [&](std::string_view text) { console.log(LogLevel::kNotice, "", text); };
  const auto text = [&](const char* field) { return contents[field].get<std::string>(); };
  notice("");
  notice(fmt::format("{}{}@{}", console.options().unicode ? "📦  " : "package: ", text("name"), text("version")));
  notice("Tarball Contents");
  std::vector<std::string> lines;
  std::size_t own = 0;
  for (const auto& file : contents["files"]) {
    const auto path = file["path"].get<std::string>();
    if (path.starts_with("node_modules/")) continue;
    lines.push_back(fmt::format("{} {}", format_bytes(file["size"].get<std::uint64_t>(), false), path));
  }
  own = contents["files"].size();
  if (own > 0) notice(join(lines, "\n"));
  const auto& bundled = contents["bundled"];
  if (!bundled.empty()) {
    notice("Bundled Dependencies");
    for (const auto& name : bundled) notice(name.get<std::string>());
  }
  notice("Tarball Details");
  notice("name: " + text("name"));
  notice("version: " + text("version"));
  notice("filename: " + text("filename"));
  notice("package size: " + format_bytes(contents["size"].get<std::uint64_t>()));
  notice("unpacked size: " + format_bytes(contents["unpackedSize"].get<std::uint64_t>()));
  notice("shasum: " + text("shasum"));
  const auto integrity = text("integrity");
  notice(fmt::format("integrity: {}[...]{}", integrity.substr(0, 20), integrity.substr(80)));
  if (!bundled.empty()) {
    notice(fmt::format("bundled deps: {}", bundled.size()));
    notice(fmt::format("bundled files: {}", contents["entryCount"].get<std::size_t>() - own));
    notice(fmt::format("own files: {}", own));
  }
  notice(fmt::format("total files: {}", contents["entryCount"].get<std::size_t>()));
  notice("");
}

}  // namespace hoist::cli
