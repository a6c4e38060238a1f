using Sparse.Vectors;

namespace Sparse.LuceneNet.Explaining;

/// <summary>Keeps the sources of the texts that were explained last: a page of hits is often asked for twice. Safe for concurrent use.</summary>
internal sealed class SourceCache
{
    private const int TextsKept = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Encoder, string Text), LinkedListNode<((string, string) Key, SourcedTerms Sources)>> _nodes = [];
    private readonly LinkedList<((string, string) Key, SourcedTerms Sources)> _byUse = [];

    /// <summary>The sources of a text.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="text">The text.</param>
    /// <returns>Null where the encoder can't tell them.</returns>
    public SourcedTerms? Get(ITermEncoder? encoder, string text)
    {
        if (encoder is not ISourcedEncoder sourced)
        {
            return null;
        }

        (string, string) key = (encoder.Identity.Fingerprint, text);
        lock (_lock)
        {
            if (_nodes.TryGetValue(key, out var known))
            {
                _byUse.Remove(known);
                _byUse.AddFirst(known);
                return known.Value.Sources;
            }
        }

        SourcedTerms sources;
        try
        {
            sources = sourced.EncodeWithSources(text);
        }
        catch (InvalidDataException)
        {
            // Models that pool inside, in a way of their own: they give vectors, and nobody can say where from.
            return null;
        }

        lock (_lock)
        {
            if (!_nodes.ContainsKey(key))
            {
                _nodes[key] = _byUse.AddFirst((key, sources));
                if (_byUse.Count > TextsKept)
                {
                    _nodes.Remove(_byUse.Last!.Value.Key);
                    _byUse.RemoveLast();
                }
            }
        }

        return sources;
    }
}
