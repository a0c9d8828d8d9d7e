Sub デスクトップへ保存()
    Dim sh As Object
    Dim p As String
    Set sh = CreateObject("WScript.Shell")
    p = sh.SpecialFolders("Desktop") & "\" & Format(Now, "yyyymmdd_hhnn") & "_" & ThisWorkbook.Name
    ThisWorkbook.SaveCopyAs p
    MsgBox "保存しました: " & p
End Sub
