using System.Globalization;
using Sparse.Formats.Vectors;
using Sparse.LuceneNet;
using Sparse.LuceneNet.Storage;
using Sparse.Vectors;

namespace Sparse.Cli.Vectors;

/// <summary>Reads the vectors of an index, impacts as whole numbers, with titles and texts.</summary>
internal sealed class IndexVectorReader : VectorReader
{
    private readonly SparseIndex _index;
    private readonly IEnumerator<StoredDocument> _documents;
    private readonly int _count;
    private readonly Dictionary<int, int> _heaviest = [];
    private int _read;
    private long _merged;
    private long _fields;

    /// <summary>Opens an index.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="terms">A table of names.</param>
    /// <exception cref="WrongInputException">There is no index, or one of text alone.</exception>
    public IndexVectorReader(string folder, TermTable terms)
    {
        Terms = terms;
        _index = IndexFolder.OpenReadOnly(folder);
        if (_index.Scale is null)
        {
            _index.Dispose();
            throw new WrongInputException($"the index in '{folder}' holds text alone and no vectors; give it vectors first: sparse upgrade");
        }

        _count = _index.Count;
        _documents = _index.ReadStored().GetEnumerator();
    }

    internal override TermTable Terms { get; }

    internal override bool IsInteger => true;

    internal override double Scale => _index.Scale!.Value;

    internal override EncoderIdentity? Encoder => _index.Encoder;

    internal override double ShareRead => _count == 0 ? 1 : (double)_read / _count;

    internal override IEnumerable<string> Losses
    {
        get
        {
            if (_merged > 0)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{_merged:N0} documents have several passages; each became one vector of the largest impacts");
            }

            if (_fields > 0)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"further fields of {_fields:N0} documents are left out");
            }
        }
    }

    internal override bool Read(VectorRow row)
    {
        if (!_documents.MoveNext())
        {
            return false;
        }

        (SparseDocument document, IReadOnlyList<StoredPassage> passages) = _documents.Current;
        row.Clear();
        (row.Id, row.Title, row.Text) = (document.Id, document.Title, document.Text.Length == 0 ? null : document.Text);
        _fields += document.Fields.Count > 0 ? 1 : 0;
        _merged += passages.Count > 1 ? 1 : 0;
        if (passages.Count == 1)
        {
            // Stored from the last term to the first.
            for (int i = passages[0].Terms.Length - 1; i >= 0; i--)
            {
                row.Add(Find(passages[0].Terms[i]), passages[0].Impacts[i]);
            }
        }
        else
        {
            _heaviest.Clear();
            foreach (StoredPassage passage in passages)
            {
                for (int i = 0; i < passage.Terms.Length; i++)
                {
                    int term = Find(passage.Terms[i]);
                    _heaviest[term] = Math.Max(_heaviest.GetValueOrDefault(term), passage.Impacts[i]);
                }
            }

            foreach ((int term, int impact) in _heaviest.OrderBy(pair => pair.Key))
            {
                row.Add(term, impact);
            }
        }

        _read++;
        return true;
    }

    public override void Dispose()
    {
        _documents.Dispose();
        _index.Dispose();
    }

    private int Find(string term) => Terms.Find(term) is >= 0 and var found ? found
        : throw new WrongInputException($"term '{term}' of the index in '{_index.DirectoryPath}' is not in the vocabulary; name the one of the model that made the index");
}
