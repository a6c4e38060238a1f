using System.Diagnostics;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Sparse.Cli.Display;

/// <summary>How far a long run is: a bar with documents a second and time left on a terminal, a plain line now and then elsewhere.</summary>
internal sealed class DocumentProgress
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly string _unit;
    private TimeSpan _nextLine = LineEvery;
    private ProgressTask? _task;
    private long _done;
    private double? _share;

    private DocumentProgress(string unit) => _unit = unit;

    /// <summary>Documents done so far.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <summary>Since the start.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Documents a second since the start.</summary>
    public double Rate => Done / Math.Max(Elapsed.TotalSeconds, 1e-3);

    /// <summary>Runs work and shows how far it is on standard error.</summary>
    /// <typeparam name="T">What the work returns.</typeparam>
    /// <param name="label">What is being done, one word.</param>
    /// <param name="unit">What is counted, in the plural.</param>
    /// <param name="work">The work; it calls <see cref="Advance"/>.</param>
    /// <returns>What the work returned.</returns>
    public static T Run<T>(string label, string unit, Func<DocumentProgress, T> work)
    {
        var progress = new DocumentProgress(unit);
        if (!Screen.HasLiveError)
        {
            return work(progress);
        }

        return Screen.Error.Progress().AutoClear(true).HideCompleted(false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn { Width = 24 }, new FiguresColumn(progress))
            .Start(context =>
            {
                progress._task = context.AddTask(label);
                progress._task.IsIndeterminate = true;
                return work(progress);
            });
    }

    /// <summary>Counts documents as done.</summary>
    /// <param name="documents">How many more.</param>
    /// <param name="share">Share of the whole work that is done by now, 0 to 1; null where that is not known.</param>
    public void Advance(long documents, double? share)
    {
        lock (_clock)
        {
            _done += documents;
            _share = share;
            if (_task is not null && share is { } known)
            {
                _task.IsIndeterminate = false;
                _task.MaxValue = 1;
                // Never quite full before the end, when the last commit is still to come.
                _task.Value = Math.Min(known, 0.999);
            }
            else if (_task is null && Elapsed >= _nextLine)
            {
                _nextLine = Elapsed + LineEvery;
                Screen.Note(Figures());
            }
        }
    }

    /// <summary>Says what is being done now.</summary>
    /// <param name="label">A few words.</param>
    public void Describe(string label)
    {
        lock (_clock)
        {
            if (_task is not null)
            {
                _task.Description = Markup.Escape(label);
            }
            else if (Elapsed >= _nextLine)
            {
                _nextLine = Elapsed + LineEvery;
                Screen.Note(label);
            }
        }
    }

    /// <summary>Counts what a library reports, on the thread that reports it.</summary>
    /// <param name="documents">All documents.</param>
    public IProgress<int> Steps(int documents) => new Counter(this, documents);

    private string Figures()
    {
        lock (_clock)
        {
            string count = $"{Figure.Count(_done)} {_unit}";
            if (_done == 0)
            {
                return count;
            }

            string left = _share is > 0 and < 0.999 and { } share ? $", {Figure.Duration(Elapsed * (1 - share) / share)} left" : "";
            return $"{count}, {Figure.Rate(Rate)}/s{left}";
        }
    }

    private sealed class Counter(DocumentProgress progress, int documents) : IProgress<int>
    {
        public void Report(int value) => progress.Advance(value, Math.Min(1, (double)(progress.Done + value) / documents));
    }

    private sealed class FiguresColumn(DocumentProgress progress) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(progress.Figures());
    }
}
