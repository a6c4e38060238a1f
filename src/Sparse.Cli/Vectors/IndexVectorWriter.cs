using Sparse.Formats.Vectors;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Cli.Vectors;

/// <summary>Writes vectors into an index: new, or one that is there and goes on.</summary>
internal sealed class IndexVectorWriter : VectorWriter
{
    private const int Window = 1024;

    private readonly SparseIndex _index;
    private readonly IntegerValues _values;
    private readonly float _scale;
    private readonly List<SparseDocument> _window = [];

    /// <summary>Makes a writer.</summary>
    /// <param name="index">Open for writing, with an <see cref="OutsideEncoder"/> of the reader's terms; owned.</param>
    /// <param name="sourceScale">Weight of a value of 1.</param>
    public IndexVectorWriter(SparseIndex index, double sourceScale)
    {
        _index = index;
        _scale = index.Scale!.Value;
        _values = new IntegerValues(sourceScale / _scale, ImpactQuantizer.MaxImpact);
    }

    /// <summary>Documents that replaced an earlier one of their id.</summary>
    public int Replaced { get; private set; }

    internal override bool KeepsTexts => true;

    internal override IEnumerable<string> Losses => _values.Losses;

    internal override void Write(VectorRow row)
    {
        row.SortBy(static term => term);
        var terms = new int[row.Count];
        var weights = new float[row.Count];
        int count = 0;
        for (int i = 0; i < row.Count; i++)
        {
            int impact = _values.Of(row.Values[i]);
            if (impact > 0)
            {
                terms[count] = row.Terms[i];
                weights[count++] = impact * _scale;
            }
        }

        _window.Add(new SparseDocument(row.Id, row.Text ?? "") { Title = row.Title, Vector = new TermVector(terms[..count], weights[..count]) });
        if (_window.Count == Window)
        {
            Flush();
        }
    }

    internal override void Finish()
    {
        Flush();
        _index.Commit();
    }

    public override void Dispose() => _index.Dispose();

    private void Flush()
    {
        Replaced += _index.Add(_window);
        _window.Clear();
    }
}
