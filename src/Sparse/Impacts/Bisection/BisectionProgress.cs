namespace Sparse.Impacts.Bisection;

/// <summary>Counts documents split, one a level, from any thread, and tells the share done: an estimate, as halves aren't equal.</summary>
internal sealed class BisectionProgress(IProgress<double>? progress, int docCount, int leafSize)
{
    private readonly Lock _gate = new();
    private readonly double _total = Math.Max(1, (double)docCount * Math.Ceiling(Math.Log2(Math.Max(2, (double)docCount / leafSize))));
    private double _done;

    /// <summary>Adds documents that went one level down, or that many levels at a leaf.</summary>
    /// <param name="documentLevels">Documents times levels, ≥ 0.</param>
    public void Add(double documentLevels)
    {
        if (progress is null)
        {
            return;
        }

        lock (_gate)
        {
            _done += documentLevels;
            progress.Report(Math.Min(.99, _done / _total));
        }
    }

    /// <summary>Tells that all is done.</summary>
    public void Finish() => progress?.Report(1);
}
