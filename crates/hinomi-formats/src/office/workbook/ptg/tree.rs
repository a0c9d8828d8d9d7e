//! A formula as a tree, and the tree as text. Trees live in one arena and are written without recursion: how deep
//! they go is up to the file.

/// A node by its place in the arena.
pub(super) type NodeId = u32;

#[derive(Debug, Clone, Copy)]
enum Node {
    /// Text as it stands, in the leaves.
    Leaf {
        start: usize,
        end: usize,
    },
    Infix {
        sign: &'static str,
        level: u8,
        left: NodeId,
        right: NodeId,
    },
    Prefix {
        sign: &'static str,
        inner: NodeId,
    },
    Percent {
        inner: NodeId,
    },
    Paren {
        inner: NodeId,
    },
    Call {
        name: &'static str,
        first: usize,
        count: usize,
    },
    /// A call of what has no number: the name is a node.
    CallOf {
        name: NodeId,
        first: usize,
        count: usize,
    },
}

/// How tightly operators bind, loosest first. What is not an operator binds tightest.
const PERCENT: u8 = 6;
const PREFIX: u8 = 7;
pub(super) const UNION: u8 = 8;
const WHOLE: u8 = 11;

/// A formula while it is put together.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// Arguments of all calls, those of one call side by side.
    arguments: Vec<NodeId>,
    pub(super) leaves: String,
    work: Vec<Work>,
}

#[derive(Debug, Clone, Copy)]
enum Work {
    Write(NodeId),
    /// In parentheses when the node binds looser than this.
    Within(NodeId, u8),
    Text(&'static str),
}

impl Tree {
    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.arguments.clear();
        self.leaves.clear();
    }

    fn add(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        NodeId::try_from(self.nodes.len() - 1).unwrap_or(NodeId::MAX)
    }

    /// A leaf of what was written to the leaves since `start`.
    pub(super) fn leaf(&mut self, start: usize) -> NodeId {
        self.add(Node::Leaf { start, end: self.leaves.len() })
    }

    pub(super) fn infix(&mut self, sign: &'static str, level: u8, left: NodeId, right: NodeId) -> NodeId {
        self.add(Node::Infix { sign, level, left, right })
    }

    pub(super) fn prefix(&mut self, sign: &'static str, inner: NodeId) -> NodeId {
        self.add(Node::Prefix { sign, inner })
    }

    pub(super) fn percent(&mut self, inner: NodeId) -> NodeId {
        self.add(Node::Percent { inner })
    }

    pub(super) fn paren(&mut self, inner: NodeId) -> NodeId {
        self.add(Node::Paren { inner })
    }

    pub(super) fn call(&mut self, name: &'static str, arguments: &[NodeId]) -> NodeId {
        let (first, count) = self.add_arguments(arguments);
        self.add(Node::Call { name, first, count })
    }

    /// A call of what the first of the operands names.
    pub(super) fn call_of(&mut self, operands: &[NodeId]) -> Option<NodeId> {
        let (name, arguments) = operands.split_first()?;
        let (first, count) = self.add_arguments(arguments);
        Some(self.add(Node::CallOf { name: *name, first, count }))
    }

    fn add_arguments(&mut self, arguments: &[NodeId]) -> (usize, usize) {
        let first = self.arguments.len();
        self.arguments.extend_from_slice(arguments);
        (first, arguments.len())
    }

    fn level(&self, id: NodeId) -> u8 {
        match self.node(id) {
            Some(Node::Infix { level, .. }) => *level,
            Some(Node::Prefix { .. }) => PREFIX,
            Some(Node::Percent { .. }) => PERCENT,
            _ => WHOLE,
        }
    }

    fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(usize::try_from(id).ok()?)
    }

    /// Writes a node and all under it. `false` when more than `len_max` bytes would come out.
    pub(super) fn write(&mut self, root: NodeId, len_max: usize, out: &mut String) -> bool {
        let end_max = out.len().saturating_add(len_max);
        let mut work = std::mem::take(&mut self.work);
        work.clear();
        work.push(Work::Write(root));
        while let Some(next) = work.pop() {
            match next {
                Work::Text(text) => out.push_str(text),
                Work::Within(id, level) if self.level(id) < level => {
                    work.extend([Work::Text(")"), Work::Write(id), Work::Text("(")]);
                }
                Work::Within(id, _) | Work::Write(id) => self.write_node(id, &mut work, out),
            }
            if out.len() > end_max {
                break;
            }
        }
        let is_whole = work.is_empty() && out.len() <= end_max;
        self.work = work;
        is_whole
    }

    fn write_node(&self, id: NodeId, work: &mut Vec<Work>, out: &mut String) {
        let Some(node) = self.node(id) else { return };
        match *node {
            Node::Leaf { start, end } => out.push_str(self.leaves.get(start..end).unwrap_or_default()),
            Node::Infix { sign, level, left, right } => {
                work.extend([Work::Within(right, level + 1), Work::Text(sign), Work::Within(left, level)]);
            }
            Node::Prefix { sign, inner } => {
                out.push_str(sign);
                work.push(Work::Within(inner, PREFIX));
            }
            Node::Percent { inner } => work.extend([Work::Text("%"), Work::Within(inner, PERCENT)]),
            Node::Paren { inner } => {
                out.push('(');
                work.extend([Work::Text(")"), Work::Write(inner)]);
            }
            Node::Call { name, first, count } => {
                out.push_str(name);
                self.write_arguments(first, count, work);
            }
            Node::CallOf { name, first, count } => {
                self.write_arguments(first, count, work);
                work.push(Work::Within(name, WHOLE));
            }
        }
    }

    fn write_arguments(&self, first: usize, count: usize, work: &mut Vec<Work>) {
        work.push(Work::Text(")"));
        let arguments = self.arguments.get(first..first.saturating_add(count)).unwrap_or_default();
        for (at, argument) in arguments.iter().enumerate().rev() {
            // A comma that is an operator needs parentheses between commas that are not.
            work.push(Work::Within(*argument, if self.level(*argument) == UNION { UNION + 1 } else { 0 }));
            if at > 0 {
                work.push(Work::Text(","));
            }
        }
        work.push(Work::Text("("));
    }
}
