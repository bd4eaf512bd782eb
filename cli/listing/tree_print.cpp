#include "cli/listing/tree_print.hpp"

#include "cli/config/value.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/package_json.hpp"

namespace hoist::cli {
namespace {

namespace fs = std::filesystem;

struct Strokes {
  std::string_view bar, last, tee, dash, fork;
};
constexpr Strokes kUnicode{"│", "└", "├", "─", "┬"};
constexpr Strokes kAscii{"|", "`", "+", "-", "-"};

Json package_document(const TreeItem& item) {
  const auto document = package::PackageJson::read(item.node->realpath);
  return document && document->document().is_object() ? document->document() : Json::object();
}

std::string description_of(const TreeItem& item) {
  if (item.missing) return {};
  const Json document = package_document(item);
  const auto* text = find_string(document, "description");
  return text == nullptr ? std::string() : *text;
}

std::string label_of(const TreeItem& item, const TreePrintOptions& options) {
  const Palette& colors = options.colors;
  if (!item.missing && item.node->is_root()) {
    if (!options.has_package_json || options.global) return printable(options.root.string());
    return printable(item.package_id + (options.long_form ? "\n" : " ") + options.root.string()) +
           (options.long_form ? '\n' + printable(description_of(item)) : "");
  }
  std::string text;
  if (item.missing) {
    const std::string message = item.optional ? "UNMET OPTIONAL DEPENDENCY" : "UNMET DEPENDENCY";
    text += (item.optional ? colors.yellow(message) : colors.red(message)) + ' ';
  }
  const std::string id = printable(item.package_id);
  text += options.filtered && item.matched               ? colors.yellow(id)
          : item.node != nullptr && item.node->workspace ? colors.bright_blue(id)
                                                         : id;
  if (item.deduped) text += ' ' + colors.dim("deduped");
  if (!item.invalid.empty()) text += ' ' + colors.red("invalid: " + printable(item.invalid));
  if (item.extraneous && !options.global) text += ' ' + colors.red("extraneous");
  if (item.overridden) text += ' ' + colors.dim("overridden");
  if (item.node != nullptr && !item.deduped && item.node->resolved.starts_with("git"))
    text += " (" + printable(item.node->resolved) + ')';
  if (item.node != nullptr && item.node->link)
    text += " -> ./" + printable(fs::path(item.node->realpath).lexically_relative(options.root).generic_string());
  if (options.long_form) text += '\n' + printable(description_of(item));
  return text;
}

class Drawer {
 public:
  Drawer(const TreeView& view, const TreePrintOptions& options)
      : view_(view), options_(options), strokes_(options.unicode ? kUnicode : kAscii) {}

  std::string run() {
    if (shown_children(0).empty()) {
      out_ += label_of(view_.items[0], options_) + '\n';
      out_ += fmt::format("{}{}{} (empty)\n", strokes_.last, strokes_.dash, strokes_.dash);
      return std::move(out_);
    }
    draw(0, "", "");
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::vector<std::size_t> shown_children(std::size_t index) const {
    std::vector<std::size_t> shown;
    for (const auto child : view_.items[index].children)
      if (view_.items[child].included) shown.push_back(child);
    return shown;
  }

  void draw(std::size_t index, const std::string& head, const std::string& prefix) {
    const auto children = shown_children(index);
    const auto label = label_of(view_.items[index], options_);
    const auto lines = split(label, '\n');
    out_ += head + std::string(lines.front()) + '\n';
    for (std::size_t i = 1; i < lines.size(); ++i)
      out_ += prefix + (children.empty() ? " " : std::string(strokes_.bar)) + ' ' + std::string(lines[i]) + '\n';
    for (std::size_t i = 0; i < children.size(); ++i) {
      const bool last = i + 1 == children.size();
      const bool more = !shown_children(children[i]).empty();
      const std::string child_head = fmt::format("{}{}{}{} ", prefix, last ? strokes_.last : strokes_.tee,
                                                 strokes_.dash, more ? strokes_.fork : strokes_.dash);
      draw(children[i], child_head, prefix + (last ? " " : std::string(strokes_.bar)) + ' ');
    }
  }

  const TreeView& view_;
  const TreePrintOptions& options_;
  const Strokes& strokes_;
  std::string out_;
};

void add_long_fields(const TreeItem& item, Json& json) {
  json["name"] = item.name;
  const Json document = package_document(item);
  for (const auto& [key, value] : document.items())
    if (key != "dependencies") json[key] = value;
  if (!json.contains("_id"))
    json["_id"] =
        item.node->package_name.empty() ? item.package_id : item.node->package_name + '@' + item.node->version;
  json["extraneous"] = false;
  json["path"] = item.node->path;
  Json all = document.value("dependencies", Json::object());
  if (const auto* optional = find_member(document, "optionalDependencies");
      optional != nullptr && optional->is_object())
    for (const auto& [name, spec] : optional->items()) all[name] = spec;
  json["_dependencies"] = std::move(all);
  json["devDependencies"] = document.value("devDependencies", Json::object());
  json["peerDependencies"] = document.value("peerDependencies", Json::object());
}

Json item_json(const TreeView& view, std::size_t index, const TreePrintOptions& options) {
  const TreeItem& item = view.items[index];
  Json json = Json::object();
  if (!item.missing) {
    if (!item.node->version.empty()) json["version"] = item.node->version;
    if (index > 0 && !item.deduped) {
      if (!item.node->resolved.empty()) json["resolved"] = item.node->resolved;
      json["overridden"] = item.overridden;
    } else if (index == 0 && options.has_package_json) {
      json["name"] = item.name;
    }
    if (options.long_form) add_long_fields(item, json);
  }
  if (item.extraneous && !options.global) json["extraneous"] = true;
  if (!item.invalid.empty()) json["invalid"] = item.invalid;
  if (item.missing && !item.optional) {
    if (!item.required.empty()) json["required"] = item.required;
    json["missing"] = true;
  }
  const auto& problems = index == 0 ? view.problems : item.problems;
  if (!problems.empty() && (index == 0 || item.matched)) json["problems"] = problems;
  Json children = Json::object();
  for (const auto child : item.children)
    if (view.items[child].included) children[view.items[child].name] = item_json(view, child, options);
  if (!children.empty()) json["dependencies"] = std::move(children);
  return json;
}

}  // namespace

std::string print_tree(const TreeView& view, const TreePrintOptions& options) { return Drawer(view, options).run(); }

Json tree_json(const TreeView& view, const TreePrintOptions& options) { return item_json(view, 0, options); }

std::string print_paths(const TreeView& view, const TreePrintOptions& options) {
  std::string text;
  for (std::size_t i = 0; i < view.items.size(); ++i) {
    const TreeItem& item = view.items[i];
    const bool shown = i == 0 ? item.included && !options.filtered : item.matched;
    if (item.missing || item.deduped || !shown) continue;
    text += printable(item.node->path);
    if (options.long_form) {
      text += ':' + printable(item.package_id);
      if (item.node->link) text += ':' + printable(item.node->realpath);
      if (item.extraneous && !options.global) text += ":EXTRANEOUS";
      if (!item.invalid.empty()) text += ":INVALID";
      if (item.overridden) text += ":OVERRIDDEN";
    }
    text += '\n';
  }
  return std::string(trim(text));
}

}  // namespace hoist::cli
