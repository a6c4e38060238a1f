using Sparse.OpenSearch.Cluster;
using Sparse.OpenSearch.Documents;

namespace Sparse.OpenSearch.Searching;

/// <summary>An index as it was found at opening or at the last refresh.</summary>
/// <param name="client">The cluster.</param>
/// <param name="generation">The server's index.</param>
/// <param name="server">What the server is.</param>
/// <param name="json">Writes its documents.</param>
internal sealed class View(ClusterClient client, Generation generation, ServerKind server, DocumentJson json)
{
    private readonly Lazy<Counter> _orders = new(() => new Counter { Next = Publication.NextOrder(client, generation.Index) });

    /// <summary>The server's index.</summary>
    public Generation Generation => generation;

    /// <summary>What it says of itself.</summary>
    public IndexMeta Meta => generation.Meta;

    /// <summary>Writes its documents.</summary>
    public DocumentJson Json => json;

    /// <summary>Sends changes.</summary>
    public BulkSender Bulk { get; } = new(client, generation.Index);

    /// <summary>How vectors are spelt and searched.</summary>
    public VectorField Vectors { get; } = new(generation.Meta.Vectors, server.HasNeuralSparse && generation.Meta.Vectors == VectorFieldType.RankFeatures);

    /// <summary>What the index knows of words and terms.</summary>
    public CollectionCounts Counts => field ??= new CollectionCounts(client, this);

    /// <summary>Reserves places in the order that breaks ties.</summary>
    /// <param name="count">How many.</param>
    /// <returns>The first.</returns>
    public long TakeOrders(int count) => Interlocked.Add(ref _orders.Value.Next, count) - count;

    private sealed class Counter
    {
        public long Next;
    }
}
