using System.Globalization;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Util;

namespace Sparse.LuceneNet.Fields;

/// <summary>Counts the values that the documents found have in some fields, and the documents.</summary>
/// <remarks>Keywords are counted by their ordinals in each segment and named at its end; numbers by value; dates by year.</remarks>
internal sealed class FacetCounter(IReadOnlyList<(string Name, FieldKind Kind)> fields) : ICollector
{
    private readonly Dictionary<string, long>[] _counts = [.. fields.Select(_ => new Dictionary<string, long>(StringComparer.Ordinal))];
    private readonly Column?[] _columns = new Column?[fields.Count];

    /// <summary>Documents counted.</summary>
    public long Documents { get; private set; }

    /// <inheritdoc/>
    public bool AcceptsDocsOutOfOrder => true;

    /// <summary>The commonest values of each field.</summary>
    /// <param name="most">At most so many a field.</param>
    /// <returns>By field; count descending, then value ascending.</returns>
    public IReadOnlyDictionary<string, IReadOnlyList<FacetCount>> Counts(int most)
    {
        Finish();
        var facets = new Dictionary<string, IReadOnlyList<FacetCount>>(StringComparer.Ordinal);
        for (int i = 0; i < fields.Count; i++)
        {
            facets[fields[i].Name] =
            [
                .. _counts[i].OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal).Take(most)
                    .Select(count => new FacetCount(count.Key, count.Value)),
            ];
        }

        return facets;
    }

    /// <inheritdoc/>
    public void SetScorer(Scorer scorer)
    {
    }

    /// <inheritdoc/>
    public void SetNextReader(AtomicReaderContext context)
    {
        Finish();
        for (int i = 0; i < fields.Count; i++)
        {
            _columns[i] = Column.Open(context.AtomicReader, fields[i].Name, fields[i].Kind);
        }
    }

    /// <inheritdoc/>
    public void Collect(int doc)
    {
        Documents++;
        foreach (Column? column in _columns)
        {
            column?.Count(doc);
        }
    }

    private void Finish()
    {
        for (int i = 0; i < fields.Count; i++)
        {
            _columns[i]?.AddTo(_counts[i]);
            _columns[i] = null;
        }
    }

    /// <summary>One field of one segment.</summary>
    private abstract class Column
    {
        public abstract void Count(int doc);

        public abstract void AddTo(Dictionary<string, long> counts);

        public static Column? Open(AtomicReader reader, string name, FieldKind kind)
        {
            if (kind == FieldKind.Keyword)
            {
                return reader.GetSortedSetDocValues(name) is { } words ? new Words(words) : null;
            }

            return reader.GetNumericDocValues(name) is { } numbers ? new Numbers(numbers, reader.GetDocsWithField(name), kind == FieldKind.Date) : null;
        }

        protected static void Add(Dictionary<string, long> counts, string value, long count) => counts[value] = counts.GetValueOrDefault(value) + count;
    }

    private sealed class Words(SortedSetDocValues values) : Column
    {
        private readonly long[] _ofOrdinal = new long[values.ValueCount];

        public override void Count(int doc)
        {
            values.SetDocument(doc);
            for (long ord = values.NextOrd(); ord != SortedSetDocValues.NO_MORE_ORDS; ord = values.NextOrd())
            {
                _ofOrdinal[ord]++;
            }
        }

        public override void AddTo(Dictionary<string, long> counts)
        {
            var value = new BytesRef();
            for (int ord = 0; ord < _ofOrdinal.Length; ord++)
            {
                if (_ofOrdinal[ord] > 0)
                {
                    values.LookupOrd(ord, value);
                    Add(counts, value.Utf8ToString(), _ofOrdinal[ord]);
                }
            }
        }
    }

    private sealed class Numbers(NumericDocValues values, IBits withField, bool isDate) : Column
    {
        private readonly Dictionary<long, long> _ofValue = [];

        public override void Count(int doc)
        {
            if (withField.Get(doc))
            {
                long value = values.Get(doc);
                if (isDate)
                {
                    value = DateTimeOffset.FromUnixTimeMilliseconds(value).Year;
                }

                _ofValue[value] = _ofValue.GetValueOrDefault(value) + 1;
            }
        }

        public override void AddTo(Dictionary<string, long> counts)
        {
            foreach ((long value, long count) in _ofValue)
            {
                Add(counts, isDate
                    ? value.ToString("0000", CultureInfo.InvariantCulture)
                    : BitConverter.Int64BitsToDouble(value).ToString("R", CultureInfo.InvariantCulture), count);
            }
        }
    }
}
