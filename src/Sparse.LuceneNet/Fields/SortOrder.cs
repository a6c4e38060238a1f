using Lucene.Net.Search;

namespace Sparse.LuceneNet.Fields;

/// <summary>Sort keys to Lucene's; documents without a value come last, ascending or descending.</summary>
internal static class SortOrder
{
    /// <summary>Makes Lucene's order.</summary>
    /// <param name="keys">At least one.</param>
    /// <param name="schema">The index's fields.</param>
    /// <returns>The order; equals in all keys keep the order of adding.</returns>
    /// <exception cref="ArgumentException">A field can't be sorted by.</exception>
    public static Sort ToLucene(IReadOnlyList<SortKey> keys, IndexSchema schema) => new([.. keys.Select(key => Field(key, schema)), SortField.FIELD_DOC]);

    private static SortField Field(SortKey key, IndexSchema schema)
    {
        if (key.Field == SortKey.Score.Field)
        {
            // Lucene sorts by score with the best first; its "reverse" is the worst first.
            return new SortField(null, SortFieldType.SCORE, !key.Descending);
        }

        if (!schema.Fields.TryGetValue(key.Field, out FieldKind kind) || kind == FieldKind.Text)
        {
            string[] fields = [SortKey.Score.Field, .. schema.FilterFields.Where(name => name != SparseFields.Id)];
            throw new ArgumentException($"Hits can't be sorted by '{key.Field}'; there are {string.Join(", ", fields)}.", nameof(key));
        }

        (string column, SortFieldType type, object last) = kind switch
        {
            FieldKind.Keyword => (FieldValues.SortColumn(key.Field), SortFieldType.STRING, key.Descending ? SortField.STRING_FIRST : SortField.STRING_LAST),
            FieldKind.Number => (key.Field, SortFieldType.DOUBLE, J2N.Numerics.Double.GetInstance(key.Descending ? double.NegativeInfinity : double.PositiveInfinity)),
            _ => (key.Field, SortFieldType.INT64, J2N.Numerics.Int64.GetInstance(key.Descending ? long.MinValue : long.MaxValue)),
        };
        var sorted = new SortField(column, type, key.Descending);
        sorted.SetMissingValue(last);
        return sorted;
    }
}
