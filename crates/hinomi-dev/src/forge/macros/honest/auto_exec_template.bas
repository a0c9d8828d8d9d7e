Sub AutoExec()
    Application.Options.SaveInterval = 10
    Application.DisplayAlerts = wdAlertsAll
End Sub

Sub AutoNew()
    Selection.HomeKey Unit:=wdStory
    Selection.TypeText Format(Date, "yyyy年m月d日")
End Sub
