using System.Runtime.CompilerServices;
using Lucene.Net.Index;

namespace Sparse.LuceneNet.Postings.Version2;

/// <summary>The order that the first reordered field of a merge finds, and all others take: so several fields can be searched at once.</summary>
/// <remarks>
/// Lucene makes a writer for each format of a merge, one after the other on one thread; the merge's fields are all that these have in
/// common and nothing keeps after it. Fields are written in the order of their names.
/// </remarks>
internal sealed class JointOrder
{
    private static readonly ConditionalWeakTable<FieldInfos, JointOrder> Merges = [];

    /// <summary>[documents] the document at each position; null before the first field is written.</summary>
    public int[]? Documents { get; set; }

    /// <summary>The order of a merge.</summary>
    /// <param name="fields">The merge's fields.</param>
    public static JointOrder Of(FieldInfos fields) => Merges.GetOrCreateValue(fields);
}
