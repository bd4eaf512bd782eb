/// Moving nodes: into and out of trees, to other paths, in place of each other.
///
/// The order of the steps in join() follows Arborist's `set root`; the verdicts that edges cache on the way are part of
/// npm's result, so steps may not be swapped for tidiness.
#include "tree.hpp"

namespace hoist::resolver {
namespace {

Inventory& inventory_of(Node* root) {
  if (!root->inventory) root->inventory = std::make_unique<Inventory>();
  return *root->inventory;
}

bool starts_with_path(const std::string& text, const std::string& prefix) { return text.starts_with(prefix); }

}  // namespace

void Node::delist() {
  Node* from = root();
  if (from->realpath.empty() || path.empty() || !from->inventory) return;
  Inventory& inventory_there = *from->inventory;
  const auto found = inventory_there.by_location.find(location);
  if (found != inventory_there.by_location.end() && found->second == this) {
    inventory_there.by_location.erase(found);
    inventory_there.all.erase(this);
    inventory_there.by_name[id].erase(this);
    inventory_there.links.erase(this);
  }
  inventory_there.tops.erase(this);
}

void Node::refresh_location() {
  Node* there = root();
  location = relative_path(there->realpath, path);
  Inventory& inventory_there = inventory_of(there);
  Node*& slot = inventory_there.by_location[location];
  if (slot == this) return;
  if (slot != nullptr) {
    inventory_there.all.erase(slot);
    inventory_there.by_name[slot->id].erase(slot);
    inventory_there.links.erase(slot);
  }
  slot = this;
  inventory_there.all.add(this);
  inventory_there.by_name[id].add(this);
  if (is_link) inventory_there.links.add(this);
}

void Node::change_path(const std::string& new_path) {
  delist();
  if (queued) ++graph->moves;
  const std::string old_path = path;
  path = new_path;
  if (const std::size_t at = new_path.rfind("/node_modules/"); at != std::string::npos) {
    const std::string folder = new_path.substr(at + 14);
    const bool is_package_folder = folder.find('/') == std::string::npos ||
                                   (folder[0] == '@' && folder.find('/', folder.find('/') + 1) == std::string::npos);
    if (is_package_folder && folder != name) {
      name = folder;
      id = graph->intern(name);
    }
  }
  if (!is_link) {
    realpath = new_path;
    links_in.for_each([&](Node* link) {
      link->delist();
      link->realpath = new_path;
      link->refresh_location();
    });
  }
  fs_children.for_each(
      [&](Node* child) { child->change_path(resolve_path(new_path, relative_path(old_path, child->path))); });
  children.for_each([&](Node* child) { child->change_path(new_path + "/node_modules/" + child->name); });
  refresh_location();
}

void Node::set_parent(Node* new_parent) {
  if (new_parent == nullptr) {
    if (parent != nullptr) set_root(nullptr);
    return;
  }
  if (new_parent->is_link) new_parent = new_parent->link_target;
  if (new_parent == this || new_parent == parent) return;
  const std::string new_path = (new_parent->path == "/" ? "" : new_parent->path) + "/node_modules/" + name;
  if (parent != nullptr) {
    parent->children.erase(id);
    parent = nullptr;
  }
  if (fs_parent != nullptr) {
    fs_parent->fs_children.erase(this);
    fs_parent = nullptr;
  }
  if (new_path != path) change_path(new_path);
  set_root(new_parent->root());
}

void Node::break_links(Node*& previous_target) {
  for (Node* link : links_in.values()) {
    link->link_target = nullptr;
    links_in.erase(link);
  }
  previous_target = is_link ? link_target : nullptr;
  if (!is_link) return;
  if (link_target != nullptr) {
    link_target->links_in.erase(this);
    if (link_target->root() == this) link_target->delist();
  }
  link_target = nullptr;
}

void Node::break_foreign_parents(const Node* new_root) {
  if (parent != nullptr && parent->root() != new_root) {
    parent->children.erase(id);
    parent = nullptr;
  }
  if (fs_parent != nullptr && fs_parent->root() != new_root) {
    fs_parent->fs_children.erase(this);
    fs_parent = nullptr;
  }
}

void Node::set_root(Node* new_root) {
  while (new_root != nullptr && new_root->root() != new_root) new_root = new_root->root();
  if (new_root == nullptr) new_root = this;
  if (queued) ++graph->moves;
  delist();
  if (path.empty() || new_root->realpath.empty() || new_root->path.empty()) {
    root_ = new_root;
    return;
  }
  root_ = this;
  Node* previous_target = nullptr;
  break_links(previous_target);
  break_foreign_parents(new_root);
  if (new_root == this) {
    refresh_location();
  } else {
    join(new_root);
  }
  reload_crossing_edges(new_root);
  bring_family(new_root);
  if (is_link && previous_target != nullptr && link_target == nullptr && new_root != this)
    previous_target->set_root(new_root);
}

void Node::join(Node* new_root) {
  const std::string there = relative_path(new_root->realpath, path);
  Inventory& inventory_there = inventory_of(new_root);
  const auto current = inventory_there.by_location.find(there);
  if (current != inventory_there.by_location.end() && current->second != this) current->second->set_root(nullptr);
  root_ = new_root;
  refresh_location();
  adopt_parent(new_root);
  if (parent == nullptr) {
    inventory_there.tops.add(this);
  } else {
    inventory_there.tops.erase(this);
  }
  adopt_tops(new_root);
  connect_links(new_root);
}

/// The nearest folder above that holds a package is the parent (when we are in its node_modules) or the fs parent.
void Node::adopt_parent(Node* new_root) {
  Inventory& inventory_there = inventory_of(new_root);
  for (std::string folder = directory_name(path);; folder = directory_name(folder)) {
    const auto found = inventory_there.by_location.find(relative_path(new_root->realpath, folder));
    Node* above = found == inventory_there.by_location.end() ? nullptr : found->second;
    if (above != nullptr && above != this && !above->is_link) {
      const std::string child_location =
          above->location + (above->location.empty() ? "" : "/") + "node_modules/" + name;
      if (location == child_location) {
        Node* old = above->children.get(id);
        if (old != nullptr && old != this) old->set_root(nullptr);
        if (parent != nullptr) {
          parent->children.erase(id);
          parent->reload_named_edges(id);
        }
        above->children.set(id, this);
        parent = above;
        if (!is_link) above->reload_named_edges(id);
      } else {
        if (fs_parent != nullptr) fs_parent->fs_children.erase(this);
        above->fs_children.add(this);
        fs_parent = above;
      }
      return;
    }
    if (folder == "/" || folder == ".") return;
  }
}

/// Nodes that came before us and belong below us.
void Node::adopt_tops(Node* new_root) {
  Inventory& inventory_there = inventory_of(new_root);
  if (inventory_there.tops.empty()) return;
  const std::string folder = location + (location.empty() ? "" : "/") + "node_modules/";
  for (Node* child : inventory_there.tops.values()) {
    if (!inventory_there.tops.has(child)) continue;
    const bool is_child = child->location == folder + child->name;
    const bool is_fs_child = starts_with_path(directory_name(child->path), path) && child != this &&
                             child->parent == nullptr &&
                             (child->fs_parent == nullptr || child->fs_parent == this ||
                              starts_with_path(directory_name(path), child->fs_parent->path));
    if (!is_child && !is_fs_child) continue;
    if (is_link) {
      child->set_root(nullptr);
      continue;
    }
    if (child->fs_parent != nullptr) child->fs_parent->fs_children.erase(child);
    child->fs_parent = nullptr;
    if (is_child) {
      children.set(child->id, child);
      child->parent = this;
      inventory_there.tops.erase(child);
    } else {
      fs_children.add(child);
      child->fs_parent = this;
    }
  }
}

void Node::connect_links(Node* new_root) {
  Inventory& inventory_there = inventory_of(new_root);
  if (is_link) {
    const auto found = inventory_there.by_location.find(relative_path(new_root->realpath, realpath));
    Node* there = found == inventory_there.by_location.end() ? nullptr : found->second;
    if (there == nullptr || there == this || there->is_link) return;
    link_target = there;
    package = there->package;
    there->links_in.add(this);
    if (parent != nullptr) parent->reload_named_edges(id);
    return;
  }
  for (Node* link : inventory_there.links.values()) {
    if (link->realpath != realpath) continue;
    link->link_target = this;
    link->package = package;
    links_in.add(link);
    if (link->parent != nullptr) link->parent->reload_named_edges(link->id);
  }
}

void Node::reload_crossing_edges(const Node* new_root) {
  edges_in.for_each([&](Edge* edge) {
    if (edge->from->root() != new_root) edge->reload();
  });
  edges_out.for_each([&](Edge* edge) {
    if (edge->to == nullptr || edge->to->root() != new_root) edge->reload();
  });
}

void Node::bring_family(Node* new_root) {
  std::vector<Node*> family = fs_children.values();
  for (Node* child : children.values()) family.push_back(child);
  if (inventory)
    for (Node* node : inventory->all.values())
      if (node != this) family.push_back(node);
  for (Node* child : family) {
    if (child->root() == new_root) continue;
    child->delist();
    child->parent = nullptr;
    children.erase(child->id);
    child->fs_parent = nullptr;
    fs_children.erase(child);
    for (Node* link : child->links_in.values()) {
      link->link_target = nullptr;
      child->links_in.erase(link);
    }
  }
  for (Node* child : family)
    if (child->root() != new_root) child->set_root(new_root);
}

void Node::set_target(Node* new_target) {
  if (new_target == link_target) return;
  if (path.empty()) {
    // Not in a tree yet: only remember what it points to.
    if (!new_target->path.empty()) {
      realpath = new_target->path;
    } else {
      new_target->path = new_target->realpath = realpath;
    }
    new_target->set_root(root());
    link_target = new_target;
    new_target->links_in.add(this);
    set_package(new_target->package);
    return;
  }
  delist();
  set_package(new_target->package);
  realpath = new_target->path;
  refresh_location();
  new_target->set_root(root());
}

void Node::replace(Node* old) {
  delist();
  if (queued) ++graph->moves;
  if (old->parent != nullptr && old->parent->children.get(id) == old) {
    path = old->parent->path + "/node_modules/" + name;
  } else {
    path = old->path;
    name = old->name;
    id = graph->intern(name);
  }
  if (!is_link) realpath = path;
  refresh_location();
  if (!is_link) {
    for (Node* child : old->children.values()) child->set_parent(this);
    if (old->is_link && old->link_target != nullptr) old->link_target->set_root(nullptr);
  }
  if (!old->is_root()) set_root(old->root());
}

}  // namespace hoist::resolver
