#include "cli/registry/view_pretty.hpp"

#include <algorithm>

#include "cli/output/relative_date.hpp"
#include "cli/packing/tarball_contents.hpp"
#include "cli/registry/view_data.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/packument.hpp"

namespace hoist::cli {
namespace {

std::string text_of(const Json& object, std::string_view key) {
  const auto* text = find_string(object, key);
  return text != nullptr ? printable(*text) : std::string();
}

std::string license_of(const Json& manifest) {
  const Json* field = find_member(manifest, "license");
  if (field == nullptr) return "Proprietary";
  auto text = field->is_string() ? printable(field->get<std::string>()) : text_of(*field, "type");
  return text.empty() ? "Proprietary" : text;
}

class Page {
 public:
  Page(const Session& session, const Json& packument, const Json& manifest)
      : session_(session), colors_(session.console.colors()), packument_(packument), manifest_(manifest) {}

  std::string text() {
    add_head();
    add_dist();
    add_dependencies();
    add_people();
    add_tags();
    add_publication();
    return join(lines_, "\n");
  }

 private:
  void add(std::string line) { lines_.push_back(std::move(line)); }

  void add_head() {
    const Json* dependencies = find_member(manifest_, "dependencies");
    const auto count = dependencies != nullptr && dependencies->is_object() ? dependencies->size() : 0;
    const auto license = license_of(manifest_);
    const bool proprietary = trim(to_lower(license)) == "proprietary";
    add("");
    add(fmt::format("{} | {} | deps: {} | versions: {}",
                    colors_.underline(colors_.cyan(text_of(manifest_, "name") + '@' + text_of(manifest_, "version"))),
                    proprietary ? colors_.red(license) : colors_.green(license),
                    colors_.cyan(count > 0 ? std::to_string(count) : "none"),
                    colors_.cyan(std::to_string(packument_["versions"].size()))));
    if (const auto about = text_of(manifest_, "description"); !about.empty()) add(about);
    const Json* home = find_member(manifest_, "homepage");
    if (home != nullptr) {
      const auto site = home->is_string() ? printable(home->get<std::string>()) : text_of(*home, "url");
      if (!site.empty()) add(colors_.blue(site));
    }
    if (const auto why = text_of(manifest_, "deprecated"); !why.empty())
      add(fmt::format("\n{}{} - {}", colors_.bright_red("DEPRECATED"),
                      session_.console.options().unicode ? " ⚠️ " : "!!", why));
    if (const Json* words = find_member(packument_, "keywords");
        words != nullptr && words->is_array() && !words->empty()) {
      std::vector<std::string> shown;
      for (const auto& word : *words)
        if (word.is_string()) shown.push_back(colors_.cyan(printable(word.get<std::string>())));
      add("\nkeywords: " + join(shown, ", "));
    }
    if (const Json* bin = find_member(manifest_, "bin"); bin != nullptr && bin->is_object() && !bin->empty()) {
      std::vector<std::string> names;
      for (const auto& [name, target] : bin->items()) names.push_back(printable(name));
      add("\nbin: " + colors_.cyan(join(names, ", ")));
    }
  }

  void add_dist() {
    const Json* dist = find_member(manifest_, "dist");
    if (dist == nullptr) return;
    add("\ndist");
    add(".tarball: " + colors_.blue(text_of(*dist, "tarball")));
    add(".shasum: " + colors_.green(text_of(*dist, "shasum")));
    if (const auto integrity = text_of(*dist, "integrity"); !integrity.empty())
      add(".integrity: " + colors_.green(integrity));
    if (const Json* size = find_member(*dist, "unpackedSize");
        size != nullptr && size->is_number_unsigned() && *size != 0)
      add(".unpackedSize: " + colors_.blue(format_bytes(size->get<std::uint64_t>())));
  }

  void add_dependencies() {
    constexpr std::size_t kShown = 24;
    const Json* dependencies = find_member(manifest_, "dependencies");
    if (dependencies == nullptr || !dependencies->is_object() || dependencies->empty()) return;
    std::vector<std::string> shown;
    for (const auto& [name, spec] : dependencies->items())
      if (shown.size() < kShown && spec.is_string())
        shown.push_back(fmt::format("{}: {}", colors_.blue(printable(name)), printable(spec.get<std::string>())));
    add("\ndependencies:");
    add(join(shown, ", "));
    if (dependencies->size() > kShown)
      add(colors_.dim(fmt::format("(...and {} more.)", dependencies->size() - kShown)));
  }

  std::string person(const Json& one) const {
    return person_text(colors_.blue(text_of(one, "name")), colors_.dim(text_of(one, "email")), "");
  }

  void add_people() {
    const Json* people = find_member(packument_, "maintainers");
    if (people == nullptr || !people->is_array() || people->empty()) return;
    add("\nmaintainers:");
    for (const auto& one : *people) add("- " + person(one));
  }

  std::string published_at(const std::string& version) const {
    const Json* times = find_member(packument_, "time");
    return times != nullptr ? text_of(*times, version) : std::string();
  }

  /// `latest` first, then the youngest, then by name backwards.
  void add_tags() {
    constexpr std::size_t kShown = 5;
    add("\ndist-tags:");
    struct Tag {
      std::string name, version;
      std::int64_t time;
    };
    std::vector<Tag> tags;
    if (const Json* field = find_member(packument_, "dist-tags"); field != nullptr && field->is_object())
      for (const auto& [name, version] : field->items()) {
        if (!version.is_string()) continue;
        const auto at = package::parse_iso_time(published_at(version.get<std::string>()));
        const auto time = name == "latest" ? INT64_MAX : at ? at->time_since_epoch().count() : 0;
        tags.push_back({printable(name), printable(version.get<std::string>()), time});
      }
    std::ranges::stable_sort(
        tags, [](const Tag& a, const Tag& b) { return a.time != b.time ? a.time > b.time : a.name > b.name; });
    std::vector<std::string> shown;
    for (std::size_t i = 0; i < std::min(kShown, tags.size()); ++i)
      shown.push_back(fmt::format("{}: {}", colors_.blue(tags[i].name), tags[i].version));
    add(join(shown, "\n"));
    if (tags.size() > kShown) add(colors_.dim(fmt::format("(...and {} more.)", tags.size() - kShown)));
  }

  void add_publication() {
    const Json* publisher = find_member(manifest_, "_npmUser");
    if (publisher == nullptr && find_member(packument_, "time") == nullptr) return;
    std::string line = "published";
    if (const auto at = package::parse_iso_time(published_at(text_of(manifest_, "version"))))
      line += ' ' + colors_.cyan(relative_date(*at, session_.clock.now()));
    if (publisher != nullptr) line += " by " + person(*publisher);
    add("");
    add(line);
  }

  const Session& session_;
  Palette colors_;
  const Json& packument_;
  const Json& manifest_;
  std::vector<std::string> lines_;
};

}  // namespace

std::string pretty_view(const Session& session, const Json& packument, const Json& manifest) {
  return Page(session, packument, manifest).text();
}

}  // namespace hoist::cli
