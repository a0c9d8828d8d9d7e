Sub 入力画面()
    frmInput.Show
End Sub
